"""Finds faces: photo → boxes, scores and five points."""

from facerecon.core.registry import Registry

DETECTORS = Registry(
    "detector",
    {
        "mediapipe": "facerecon.detection.mediapipe:BlazeFace",
        "retinaface": "facerecon.detection.retinaface:RetinaFace",
        "centerface": "facerecon.detection.centerface:CenterFace",
        "tiny-yolo": "facerecon.detection.tiny_yolo:TinyYolo",
        "retinaface-resnet50": "facerecon.detection.retinaface:RetinaFaceResNet50",
        "yolo-face": "facerecon.detection.yolo_face:YoloFace",
    },
)
"""Each is a `detector.Detector`."""
