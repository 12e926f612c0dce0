"""Point-to-plane ICP: the distance from a point to its partner's tangent plane (Chen and Medioni 1991)."""

from __future__ import annotations

import numpy as np

from facerecon.registration.correspondence import Pairs
from facerecon.registration.gauss_newton import motion_along


class PointToPlane:
    """Σ w (n_q · (T p - q))²: a point may slide along the target for nothing; one Gauss–Newton step on SE(3)."""

    source_normals = False
    target_normals = True
    smallest = 6

    def residuals(self, pairs: Pairs) -> np.ndarray:
        return np.abs(self._gaps(pairs))

    def motion(self, pairs: Pairs, weights: np.ndarray, with_scale: bool) -> np.ndarray:
        return motion_along(pairs.source_points, self._gaps(pairs), pairs.target_normals, weights, with_scale)

    @staticmethod
    def _gaps(pairs: Pairs) -> np.ndarray:
        return np.einsum("nk,nk->n", pairs.source_points - pairs.target_points, pairs.target_normals)
