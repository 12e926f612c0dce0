"""The true error of each vertex, where the truth is a head of the same topology."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply


def vertex_errors(found: np.ndarray, true: np.ndarray, weights: np.ndarray, scale: bool = False) -> np.ndarray:
    """Lays a head on the true one and measures how far each vertex is from where it should be.

    Unlike the distance to the nearest surface, this sees what slid along the surface too.

    Args:
        found: `(V, 3)` mm.
        true: `(V, 3)` mm, the same vertices.
        weights: `(V,)` >= 0, what counts when they are laid on each other: the face, by its area.
        scale: whether the size is free.

    Returns:
        `(V,)` mm.
    """
    check_shape(found, true.shape, "found")
    motion = procrustes(found, true, weights, scale)
    return np.linalg.norm(apply(motion, found) - true, axis=1)
