"""Anthropometry of the face: named points, named measures with their tolerance, asymmetry, planned changes of shape."""
