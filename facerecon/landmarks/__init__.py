"""Locates the landmarks of one face: photo, box → points, depth and expression scores."""

from facerecon.core.registry import Registry

LANDMARKERS = Registry(
    "landmarker",
    {
        "mediapipe": "facerecon.landmarks.mediapipe:FaceMesh",
        "face-api-68": "facerecon.landmarks.face_api:FaceApi68",
    },
)
"""Each is a `landmarker.Landmarker`."""
