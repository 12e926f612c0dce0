"""One Gauss–Newton step on SE(3), or on the similarities, for errors along given directions.

A pair's error is g(x) = n · (exp(x) p - q). Its Jacobian at x = 0, with p from a centre c and the twist x = (ω, t, s):
(p - c) × n for the rotation vector, n for the translation, (p - c) · n for the logarithm of the scale.
"""

from __future__ import annotations

import numpy as np

from facerecon.geometry.transforms import rigid, rotation_from_vector

FLAT = 1e-10
"Directions of the twist with less curvature than that, of the largest, are left alone: there a cloud slides on itself."
LARGEST = 1.0
"rad: a longer step than a radian is shortened; the linear picture ends there."


def jacobian(points: np.ndarray, directions: np.ndarray, with_scale: bool = False) -> np.ndarray:
    """Builds the `(M, 6)` or `(M, 7)` Jacobian of n · p by the twist, for points `(M, 3)` and directions `(M, 3)`."""
    columns = [np.cross(points, directions), directions]
    if with_scale:
        columns.append(np.einsum("nk,nk->n", points, directions)[:, None])
    return np.hstack(columns)


def motion_along(
    points: np.ndarray, gaps: np.ndarray, directions: np.ndarray, weights: np.ndarray, with_scale: bool
) -> np.ndarray:
    """Finds the motion that closes gaps along directions best, to first order.

    Args:
        points: `(M, 3)` that move.
        gaps: `(M,)` n · (p - q).
        directions: `(M, 3)` n, any length.
        weights: `(M,)` >= 0.
        with_scale: whether the points may also grow or shrink.

    Returns:
        `(4, 4)`, its linear part a rotation or a rotation times a scale.
    """
    centre = points.mean(axis=0)
    size = float(np.abs(points - centre).max()) or 1.0
    # Lengths are measured by the cloud's size, so that all unknowns are of one order.
    rows = jacobian((points - centre) / size, directions, with_scale)
    weighted = rows * weights[:, None]
    twist = -solve(rows.T @ weighted, weighted.T @ (gaps / size))
    twist *= min(1.0, LARGEST / max(float(np.linalg.norm(twist[:3])), 1e-300))
    return from_twist(twist, centre, size)


def from_twist(twist: np.ndarray, centre: np.ndarray, size: float = 1.0) -> np.ndarray:
    """Turns a twist `(6,)` or `(7,)` about a centre into a `(4, 4)` motion; its translation is in units of `size`."""
    linear = rotation_from_vector(twist[:3]) * (np.exp(np.clip(twist[6], -0.5, 0.5)) if len(twist) > 6 else 1.0)
    return rigid(linear, centre + size * twist[3:6] - linear @ centre)


def solve(curvature: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Solves the symmetric `(D, D)` normal equations, with nothing along directions that they do not fix."""
    values, vectors = np.linalg.eigh(curvature)
    kept = values > FLAT * max(values[-1], 1e-300)
    return vectors[:, kept] @ ((vectors[:, kept].T @ slope) / values[kept])
