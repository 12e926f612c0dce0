"""Finds faces that lie on their side or stand on their head, in photos whose camera did not note how it was held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.selection import joined, rows_of
from facerecon.detection.tiling import Looking


def any_way_up(image: np.ndarray, search: Callable[[np.ndarray, bool], Looking], sure: float, turned: float) -> Looking:
    """Searches upright and, where no face is sure, in the photo turned by quarters too.

    Args:
        image: `(H, W, 3)` RGB uint8.
        search: starts the search in one picture; the flag tells whether it is the upright one.
        sure: a face of this score shows that the photo stands upright.
        turned: score that a face in a turned photo needs: three more looks are three more chances to be wrong.

    Returns:
        The faces; boxes and points in px of `image` as it is, whichever way its faces stand.
    """
    faces = yield from search(image, True)
    if faces.scores.max(initial=0) >= sure:
        return faces
    parts = [faces]
    for turns in (1, 2, 3):
        found = yield from search(np.ascontiguousarray(np.rot90(image, turns)), False)
        parts.append(turned_back(rows_of(found, np.flatnonzero(found.scores >= turned)), turns, image.shape[:2]))
    return joined(parts)


def turned_back(faces: Faces, turns: int, shape: tuple[int, int]) -> Faces:
    """Takes faces from `np.rot90(image, turns)` back to the image.

    Args:
        faces: px of the turned image.
        turns: quarter turns counter-clockwise.
        shape: height and width of the image that was turned, px.
    """
    corners, points = faces.boxes.reshape(-1, 2, 2), faces.keypoints
    for done in range(turns, 0, -1):
        # One np.rot90 took (x, y) to (y, last - x), where `last` belongs to the picture before that turn.
        last = (shape[1] if done % 2 else shape[0]) - 1
        corners, points = (
            None if a is None else np.stack([last - a[..., 1], a[..., 0]], axis=-1) for a in (corners, points)
        )
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    return Faces(boxes, faces.scores, points)
