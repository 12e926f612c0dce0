"""The page Mesh: five ways to a mesh, and what makes it better."""
