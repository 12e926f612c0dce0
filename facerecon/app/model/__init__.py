"""The page 3D model: legends of its views, and the turntable to take along."""
