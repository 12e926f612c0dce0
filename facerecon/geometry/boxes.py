"""Boxes against boxes: x0 y0 x1 y1, any unit; a box without width or height is empty and overlaps nothing."""

from __future__ import annotations

import numpy as np

TINY = np.finfo(np.float64).tiny


def areas(boxes: np.ndarray) -> np.ndarray:
    """Measures boxes `(N, 4)`; `(N,)`, 0 for an empty one."""
    return (boxes[:, 2:] - boxes[:, :2]).clip(min=0).prod(axis=1)


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Measures intersection over union (Jaccard 1901).

    Args:
        first: `(N, 4)`.
        second: `(M, 4)`.

    Returns:
        `(N, M)` in [0, 1].
    """
    shared, union = _shared_and_union(first, second)
    return shared / np.maximum(union, TINY)


def overlap_of_smaller(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Measures intersection over the smaller of the two boxes: 1 where one lies in the other.

    Args:
        first: `(N, 4)`.
        second: `(M, 4)`.

    Returns:
        `(N, M)` in [0, 1].
    """
    smaller = np.minimum(areas(first)[:, None], areas(second)[None])
    return _shared(first, second) / np.maximum(smaller, TINY)


def giou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Measures generalised intersection over union (Rezatofighi et al. 2019, algorithm 1).

    It equals IoU minus the share of the smallest enclosing box that neither box covers, so that it still tells near
    from far where boxes do not touch.

    Args:
        first: `(N, 4)`.
        second: `(M, 4)`.

    Returns:
        `(N, M)` in [−1, 1].
    """
    shared, union = _shared_and_union(first, second)
    corner = np.minimum(first[:, None, :2], second[None, :, :2])
    around = (np.maximum(first[:, None, 2:], second[None, :, 2:]) - corner).clip(min=0).prod(axis=2)
    return shared / np.maximum(union, TINY) - (around - union) / np.maximum(around, TINY)


def _shared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Measures intersections, `(N, M)`."""
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    return (np.minimum(first[:, None, 2:], second[None, :, 2:]) - corner).clip(min=0).prod(axis=2)


def _shared_and_union(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measures intersections and unions, each `(N, M)`."""
    shared = _shared(first, second)
    return shared, areas(first)[:, None] + areas(second)[None] - shared
