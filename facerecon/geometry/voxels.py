"""A grid of cubes over a cloud."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape

_MOST_CELLS = 2**20


def voxels(points: np.ndarray, size: float) -> np.ndarray:
    """Numbers the occupied cubes of a grid: `(N,)` the cube of each of `(N, 3)` points, 0 … cubes - 1.

    Args:
        points: `(N, 3)`, finite.
        size: side of a cube, points' unit; it is raised where the grid would have more than 2^20 cubes a side.
    """
    check_shape(points, ("N", 3), "points")
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    offset = points - points.min(axis=0)
    cells = np.floor(offset / max(size, offset.max() / (_MOST_CELLS - 1), 1e-300)).astype(np.int64)
    keys = (cells[:, 0] * _MOST_CELLS + cells[:, 1]) * _MOST_CELLS + cells[:, 2]
    return np.unique(keys, return_inverse=True)[1].reshape(-1)
