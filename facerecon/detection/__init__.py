"""Finds faces: photo → boxes, scores and five points."""

from facerecon.core.registry import Registry

DETECTORS = Registry(
    "detector",
    {
        "mediapipe": "facerecon.detection.mediapipe:BlazeFace",
        "retinaface": "facerecon.detection.retinaface:RetinaFace",
    },
)
"""Each is a `detector.Detector`."""
