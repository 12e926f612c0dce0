"""How well the pairs of a registration fix its motion."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.registration.gauss_newton import jacobian


def motion_covariance(
    source: np.ndarray, partners: np.ndarray, weights: np.ndarray, target: PointCloud
) -> np.ndarray | None:
    """Estimates the covariance of the motion that the moved source would still need.

    Errors of pairs are taken as independent. Where the target has normals, only the distance along them counts,
    whatever the method: sideways a partner is chosen and not measured. With A = Σ w J Jᵀ and B = Σ w² r² J Jᵀ it is
    A⁻¹ B A⁻¹ (Huber 1967), which needs no variance of the noise.

    Args:
        source: `(M, 3)` points, moved.
        partners: `(M, 3)`.
        weights: `(M,)`.
        target: the cloud whose points the partners are or lie between.

    Returns:
        `(6, 6)` of a rotation vector (rad) about the origin and a translation, both in the target's frame, applied
        after target_from_source; None where the pairs do not fix a motion.
    """
    centre = source.mean(axis=0)
    size = float(np.abs(source - centre).max()) or 1.0
    if target.normals is not None:
        directions = target.normals[cKDTree(target.points).query(partners, workers=-1)[1]][:, None]
    else:
        directions = np.broadcast_to(np.eye(3), (len(source), 3, 3))
    count = directions.shape[1]
    gaps = np.einsum("mik,mk->mi", directions, source - partners).ravel() / size
    rows = jacobian((source - centre).repeat(count, axis=0) / size, directions.reshape(-1, 3))
    weights = weights.repeat(count)
    curvature = rows.T @ (rows * weights[:, None])
    values = np.linalg.eigvalsh(curvature)
    if values[0] <= 1e-10 * values[-1] or len(gaps) <= 6:
        return None
    inverse = np.linalg.inv(curvature)
    spread = rows * (weights * gaps)[:, None]
    about_centre = inverse @ (spread.T @ spread) @ inverse * len(gaps) / (len(gaps) - 6)
    return _about_origin(about_centre, centre, size)


def _about_origin(covariance: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
    """Moves the centre of rotation into the origin: t = size · t' - ω × centre."""
    x, y, z = centre
    change = np.zeros((6, 6))
    change[:3, :3] = np.eye(3)
    change[3:, :3] = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    change[3:, 3:] = size * np.eye(3)
    return change @ covariance @ change.T
