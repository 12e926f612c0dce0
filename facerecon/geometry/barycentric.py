"""Barycentric coordinates in triangles, and values carried from corners to points inside."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def barycentric(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Finds the barycentric coordinates of points in their triangles.

    In three or more dimensions those of the point's foot on the triangle's plane. Outside the triangle some are
    negative. NaN where the triangle has no area.

    Args:
        points: `(N, k)`.
        corners: `(N, 3, k)`.

    Returns:
        weights: `(N, 3)`, each row sums to 1.
    """
    size = check_shape(points, ("N", "k"), "points")
    check_shape(corners, (size["N"], 3, size["k"]), "corners")
    origin = corners[:, 0]
    first, second, offset = corners[:, 1] - origin, corners[:, 2] - origin, points - origin
    ff, fs, ss = (np.einsum("nk,nk->n", a, b) for a, b in ((first, first), (first, second), (second, second)))
    of, os = np.einsum("nk,nk->n", offset, first), np.einsum("nk,nk->n", offset, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = ff * ss - fs * fs
        determinant = np.where(determinant > 0, determinant, np.nan)
        v, w = (ss * of - fs * os) / determinant, (ff * os - fs * of) / determinant
    return np.column_stack([1 - v - w, v, w])


def interpolate(
    values: np.ndarray, triangles: np.ndarray, triangle_index: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Carries values from vertices to points on triangles.

    Args:
        values: `(V, C)`.
        triangles: `(T, 3)` rows of `values`.
        triangle_index: `(N,)` rows of `triangles`.
        weights: `(N, 3)` barycentric coordinates.

    Returns:
        `(N, C)`.
    """
    check_shape(values, ("V", "C"), "values")
    count = check_shape(weights, ("N", 3), "weights")["N"]
    check_shape(triangle_index, (count,), "triangle_index")
    corners = triangles[triangle_index]
    result = values[corners[:, 0]] * weights[:, :1]
    result += values[corners[:, 1]] * weights[:, 1:2]  # corner by corner: a third of the memory of one gather
    result += values[corners[:, 2]] * weights[:, 2:]
    return result
