"""Boxes against boxes: overlap, and one detection a face (non-maximum suppression)."""

from __future__ import annotations

import numpy as np


def overlaps(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measures how much boxes overlap.

    Args:
        first: `(N, 4)` x0 y0 x1 y1.
        second: `(M, 4)`.

    Returns:
        `(N, M)` intersection over union, and `(N, M)` intersection over the smaller box; 0 where a box is empty.
    """
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    extent = (np.minimum(first[:, None, 2:], second[None, :, 2:]) - corner).clip(min=0)
    shared = extent.prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).clip(min=0).prod(axis=1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None] - shared
    smaller = np.minimum(areas[0][:, None], areas[1][None])
    tiny = np.finfo(np.float64).tiny
    return shared / np.maximum(union, tiny), shared / np.maximum(smaller, tiny)


def suppress(boxes: np.ndarray, scores: np.ndarray, union: float = 0.3, smaller: float = 0.7) -> np.ndarray:
    """Keeps the best of the boxes that cover one another, greedily by score.

    Args:
        boxes: `(N, 4)` x0 y0 x1 y1.
        scores: `(N,)`.
        union: a box is dropped where its intersection over union with a better one is larger.
        smaller: so it is where its intersection over the smaller of the two is larger: an eye is no second face.

    Returns:
        `(K,)` rows of what stays, best first; ties keep their order, so that the result is always the same.
    """
    by_union, by_smaller = overlaps(boxes, boxes)
    conflict = (by_union > union) | (by_smaller > smaller)
    kept: list[int] = []
    for row in np.argsort(-scores, kind="stable"):
        if not conflict[row, kept].any():
            kept.append(int(row))
    return np.array(kept, dtype=np.int64)
