"""The rigid or similarity motion that brings one set of points nearest to another, in closed form."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.transforms import rigid


def procrustes(
    source: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None, scale: bool = False
) -> np.ndarray:
    """Finds the motion that minimises the weighted sum of squared distances between corresponding points.

    Umeyama 1991, “Least-squares estimation of transformation parameters between two point patterns”, eq. 40-42.
    The rotation always has determinant +1: a mirrored target is matched as well as a rotation can.

    Args:
        source: `(N, 3)`.
        target: `(N, 3)`, same unit.
        weights: `(N,)` >= 0, or None: all equal.
        scale: whether to find a scale too; otherwise it is 1.

    Returns:
        target_from_source: `(4, 4)`.
    """
    count = check_shape(source, ("N", 3), "source")["N"]
    check_shape(target, (count, 3), "target")
    weights = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    check_shape(weights, (count,), "weights")
    total = weights.sum()
    if total <= 0 or (weights < 0).any():
        raise ValueError("weights must be >= 0 and not all zero")
    share = weights / total
    source_mean, target_mean = share @ source, share @ target
    a, b = source - source_mean, target - target_mean
    u, singular, vt = np.linalg.svd((share[:, None] * b).T @ a)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = (u * signs) @ vt
    spread = share @ (a**2).sum(axis=1)
    factor = (singular @ signs) / spread if scale and spread > 0 else 1.0
    return rigid(factor * rotation, target_mean - factor * rotation @ source_mean)
