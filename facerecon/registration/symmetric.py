"""Symmetric ICP: both clouds turn half way to meet (Rusinkiewicz 2019, “A symmetric objective function for ICP”)."""

from __future__ import annotations

import numpy as np

from facerecon.geometry.transforms import rigid, rotation_from_vector
from facerecon.registration.correspondence import Pairs
from facerecon.registration.gauss_newton import solve


class Symmetric:
    """Σ w ((R p - R⁻¹ q + t) · (n_p + n_q))²: exact wherever both points lie on one patch of second order."""

    source_normals = True
    target_normals = True
    smallest = 6

    def residuals(self, pairs: Pairs) -> np.ndarray:
        """Halves |(p - q) · (n_p + n_q)|, so that equal normals give the distance to the plane."""
        gaps = np.einsum("nk,nk->n", pairs.source_points - pairs.target_points, _normals(pairs))
        return np.abs(gaps) / 2

    def motion(self, pairs: Pairs, weights: np.ndarray, with_scale: bool) -> np.ndarray:
        """Solves the paper's eq. 8-10: linear in a tan θ and t / cos θ, then turned back into a rotation, twice θ."""
        p_centre, q_centre = (points.mean(axis=0) for points in (pairs.source_points, pairs.target_points))
        size = float(np.abs(pairs.source_points - p_centre).max()) or 1.0
        p, q = (pairs.source_points - p_centre) / size, (pairs.target_points - q_centre) / size
        normals = _normals(pairs) / 2
        columns = [np.cross(p + q, normals), normals]
        if with_scale:  # both by half, in opposite senses
            columns.append(np.einsum("nk,nk->n", p + q, normals)[:, None] / 2)
        rows = np.hstack(columns)
        weighted = rows * weights[:, None]
        x = -solve(rows.T @ weighted, weighted.T @ np.einsum("nk,nk->n", p - q, normals))
        tangent = float(np.linalg.norm(x[:3]))
        angle = np.arctan(tangent)
        half = rotation_from_vector(x[:3] * (angle / tangent if tangent > 0 else 0.0))
        shift = size * np.cos(angle) * x[3:6]
        growth = np.clip(x[6], -0.5, 0.5) / 2 if with_scale else 0.0
        linear = (1 + growth) / (1 - growth) * half @ half
        return rigid(linear, q_centre + half @ shift - linear @ p_centre)


def _normals(pairs: Pairs) -> np.ndarray:
    """Adds both normals `(M, 3)`; where they oppose each other, one is turned over."""
    agree = np.einsum("nk,nk->n", pairs.source_normals, pairs.target_normals)
    return pairs.target_normals + np.where(agree < 0, -1.0, 1.0)[:, None] * pairs.source_normals
