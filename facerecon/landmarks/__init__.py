"""Locates the landmarks of one face: photo, box → points, depth and expression scores."""

from facerecon.core.registry import Registry

LANDMARKERS = Registry("landmarker", {"mediapipe": "facerecon.landmarks.mediapipe:FaceMesh"})
"""Each is a `landmarker.Landmarker`."""
