"""Point-to-point ICP: the distance between partners, made least in closed form (Besl and McKay 1992)."""

from __future__ import annotations

import numpy as np

from facerecon.geometry.procrustes import procrustes
from facerecon.registration.correspondence import Pairs


class PointToPoint:
    """Σ w |T p - q|², solved by a singular value decomposition (Umeyama 1991)."""

    source_normals = False
    target_normals = False
    smallest = 3

    def residuals(self, pairs: Pairs) -> np.ndarray:
        return pairs.distances

    def motion(self, pairs: Pairs, weights: np.ndarray, with_scale: bool) -> np.ndarray:
        return procrustes(pairs.source_points, pairs.target_points, weights, scale=with_scale)
