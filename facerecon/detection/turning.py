"""Finds faces that lie on their side or stand on their head, in photos whose camera did not note how it was held."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.selection import rows_of
from facerecon.detection.tiling import Find, find_all, merged

SURE = 0.86
"""A face of this score shows that the photo stands upright."""
TURNED = 0.75
"""Score that a face in a turned photo needs: three more looks are three more chances to be wrong."""
DEEPEST = 1
"""Levels of tiles in a turned photo: small faces are searched upright only."""


def find_any_way_up(image: np.ndarray, find: Find) -> Faces:
    """Finds faces upright and, where none is sure, in the photo turned by quarters too.

    Args:
        image: `(H, W, 3)` RGB uint8.
        find: the detector.

    Returns:
        The faces, largest first; boxes and points in px of `image` as it is, whichever way its faces stand.
    """
    faces = find_all(image, find)
    if len(faces) and faces.scores.max() >= SURE:
        return faces
    parts = [faces]
    for turns in (1, 2, 3):
        turned = find_all(np.ascontiguousarray(np.rot90(image, turns)), find, DEEPEST)
        parts.append(turned_back(rows_of(turned, np.flatnonzero(turned.scores >= TURNED)), turns, image.shape[:2]))
    return merged(parts)


def turned_back(faces: Faces, turns: int, shape: tuple[int, int]) -> Faces:
    """Takes faces from `np.rot90(image, turns)` back to the image.

    Args:
        faces: px of the turned image.
        turns: quarter turns counter-clockwise.
        shape: height and width of the image that was turned, px.
    """
    corners = faces.boxes.reshape(-1, 2, 2)
    points = faces.keypoints
    for done in range(turns, 0, -1):
        # One np.rot90 took (x, y) to (y, last - x), where `last` belongs to the picture before that turn.
        last = (shape[1] if done % 2 else shape[0]) - 1
        corners, points = (np.stack([last - a[..., 1], a[..., 0]], axis=-1) for a in (corners, points))
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    return Faces(boxes, faces.scores, points)
