"""Lets the outline's landmarks slide over the head to where the head's outline really is in a photo.

A detector puts the far side's face-oval points onto the visible outline, not onto one spot of the skin: seen from the
side, another line of skin is the outline (Blanz, Mehl, Vetter and Seidel 2004; eos does the same by candidates).
"""

from __future__ import annotations

import numpy as np

from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply
from facerecon.morphable.face_model import FaceModel

TURNED_AWAY = 0.15
"cosine between normal and view below which an oval landmark slides"


def facing(model: FaceModel, vertices: np.ndarray, camera_from_head: np.ndarray) -> np.ndarray:
    """Finds the cosine between each vertex's normal and the direction to the camera: `(V,)`, below 0 turned away."""
    points = apply(camera_from_head, vertices)
    normals = vertex_normals(vertices, model.triangles) @ camera_from_head[:3, :3].T
    return -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)


def slide(model: FaceModel, cosine: np.ndarray, own_cosine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chooses the vertices that oval landmarks slide to.

    Args:
        model: gives each oval landmark's candidate vertices, ordered from the face's middle to behind.
        cosine: `(V,)` from `facing`.
        own_cosine: `(L,)` the same at each landmark's own surface point.

    Returns:
        Landmark numbers `(S,)` of those that slide, and their vertices `(S,)`.
    """
    landmarks, candidates = model.outline()
    moving = own_cosine[landmarks] < TURNED_AWAY
    landmarks, candidates = landmarks[moving], candidates[moving]
    # The first candidate that is turned away is the outline; there is none where the whole line faces the camera.
    away = cosine[candidates] < TURNED_AWAY
    first = np.where(away.any(axis=1), away.argmax(axis=1), candidates.shape[1] - 1)
    return landmarks, candidates[np.arange(len(candidates)), first]
