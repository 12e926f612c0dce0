"""Generalised ICP, plane to plane: both points are uncertain along their surfaces (Segal et al. 2009)."""

from __future__ import annotations

import numpy as np

from facerecon.registration.correspondence import Pairs
from facerecon.registration.gauss_newton import motion_along


class Generalised:
    """Σ w dᵀ (C_q + R C_p Rᵀ)⁻¹ d with d = T p - q, and covariances that are `THICKNESS` along normals, 1 across."""

    THICKNESS = 1e-3
    source_normals = True
    target_normals = True
    smallest = 6

    def residuals(self, pairs: Pairs) -> np.ndarray:
        """Measures √(dᵀ M d) so scaled that along equal normals it is the distance."""
        gaps = np.einsum("nik,nk->ni", self.whitening(pairs), pairs.source_points - pairs.target_points)
        return np.sqrt(np.einsum("ni,ni->n", gaps, gaps))

    def motion(self, pairs: Pairs, weights: np.ndarray, with_scale: bool) -> np.ndarray:
        """Takes a Gauss–Newton step, the covariances held as they are now; a pair is three errors along directions."""
        directions = self.whitening(pairs)
        gaps = np.einsum("nik,nk->ni", directions, pairs.source_points - pairs.target_points)
        return motion_along(
            pairs.source_points.repeat(3, axis=0),
            gaps.ravel(),
            directions.reshape(-1, 3),
            weights.repeat(3),
            with_scale,
        )

    def whitening(self, pairs: Pairs) -> np.ndarray:
        """Builds `(M, 3, 3)` W with WᵀW = 2 · THICKNESS · (C_p + C_q)⁻¹."""
        both = np.zeros((len(pairs), 3, 3))
        for normals in (pairs.source_normals, pairs.target_normals):
            both += np.eye(3) - (1 - self.THICKNESS) * normals[:, :, None] * normals[:, None, :]
        inverse = 2 * self.THICKNESS * np.linalg.inv(both)
        return np.linalg.cholesky((inverse + inverse.transpose(0, 2, 1)) / 2).transpose(0, 2, 1)
