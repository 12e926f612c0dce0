"""Whether a deformation turned triangles over."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.normals import triangle_normals


def folded(before: np.ndarray, after: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Tells which triangles a deformation turned over: their normals turned by 90° or more, or their area went.

    Args:
        before: `(V, 3)`, roughly in the pose of `after`.
        after: `(V, 3)`.
        triangles: `(T, 3)`; those without area before are never folded.

    Returns:
        `(T,)` bool.
    """
    count = check_shape(before, ("V", 3), "before")["V"]
    check_shape(after, (count, 3), "after")
    first, second = triangle_normals(before, triangles), triangle_normals(after, triangles)
    return (np.einsum("nk,nk->n", first, second) <= 0) & first.any(axis=1)
