"""Finds faces: photo → boxes, scores and five points."""

from facerecon.core.registry import Registry

DETECTORS = Registry("detector", {"mediapipe": "facerecon.detection.mediapipe:BlazeFace"})
"""Each is a `detector.Detector`."""
