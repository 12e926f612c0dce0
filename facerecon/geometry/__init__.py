"""Pure functions on arrays: transforms, projection, alignment, nearest points, normals, rasterising. Knows no faces."""
