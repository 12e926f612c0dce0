"""The page Expressions: presets, what photos and clips give, and the film inside the GLB."""
