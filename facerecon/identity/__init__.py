"""Tells whether two photos show one person: photo, five points → embedding → distance."""

from facerecon.core.registry import Registry

EMBEDDERS = Registry(
    "embedder",
    {
        "face-api": "facerecon.identity.face_api:FaceApi",
        "facenet": "facerecon.identity.facenet:FaceNet",
    },
)
"""Each is an `embedder.Embedder`."""
