"""The sphere that points lie on."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape

ROUNDS = 20
SPREAD = 2.5
"""Tukey's constant in spreads: farther points say nothing (4.685 is usual; bulges are nearer than strays are)."""


def fit_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Finds the sphere that most points lie on; a bulge such as an eye's cornea hardly moves it.

    Algebraic least squares (Coope 1993, “Circle fitting by linear and nonlinear least squares”, section 2): |p|² =
    2 c·p + r² - |c|² is linear in the centre c and in r² - |c|². Reweighted with Tukey's biweight by the distance from
    the last sphere.

    Args:
        points: `(N, 3)`, N ≥ 4, not all in one plane.

    Returns:
        The centre `(3,)` and the radius, in the points' unit.
    """
    check_shape(points, ("N", 3), "points")
    middle = points.mean(axis=0)
    local = np.asarray(points, np.float64) - middle
    rows, right = np.column_stack([2 * local, np.ones(len(local))]), (local**2).sum(axis=1)
    weights = np.ones(len(local))
    for _ in range(ROUNDS):
        root = np.sqrt(weights)
        found = np.linalg.lstsq(rows * root[:, None], right * root, rcond=None)[0]
        radius = float(np.sqrt(found[3] + found[:3] @ found[:3]))
        away = np.linalg.norm(local - found[:3], axis=1) - radius
        spread = 1.4826 * np.median(np.abs(away)) + 1e-9 * radius
        weights = np.clip(1 - (away / (SPREAD * spread)) ** 2, 0, None) ** 2
    return middle + found[:3], radius
