"""Finds faces: photo → boxes, scores and five points."""

from facerecon.core.registry import Registry

DETECTORS = Registry("detector", {"mediapipe": "facerecon.detection.mediapipe:BlazeFace"})
"""Every detector has `.name`, `detect(photo) -> Faces` (largest first), `close()`, and is a context manager."""
