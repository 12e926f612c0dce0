"""The closed surface whose inside explains a cloud of points with normals (Kazhdan, Bolitho and Hoppe 2006)."""

from __future__ import annotations

import numpy as np
from scipy.fft import dstn, idstn
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from facerecon.core.arrays import check_shape

MARGIN = 8
"""Cells of air around the points."""
NEIGHBOURS = 8
"""Whose distance tells how large a patch of the surface each point stands for."""
WIDTH = 0.7
"""Cells: how far each point's normal is spread."""


def poisson_surface(points: np.ndarray, normals: np.ndarray, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Finds the function that is 1 inside and 0 outside, and takes its level at the points.

    Its gradient is the field of inward normals, smeared over a patch around each point; the least-squares answer to
    that solves Poisson's equation Δχ = ∇ · V (eq. 2). On a regular grid that is 0 at its sides, outside the body, the
    sine transform solves it at once. Where there are no points the surface goes on as smoothly as it can, and closes.

    Args:
        points: `(N, 3)`.
        normals: `(N, 3)` outwards, of length 1.
        cell: edge of the grid's cells, in the points' unit: finer detail is lost.

    Returns:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`, counter-clockwise from outside.
    """
    count = check_shape(points, ("N", 3), "points")["N"]
    check_shape(normals, (count, 3), "normals")
    low = points.min(axis=0) - MARGIN * cell
    shape = tuple(np.ceil((points.max(axis=0) - low) / cell).astype(int) + MARGIN)
    at = (points - low) / cell
    field = _field(at, -normals * _patches(points)[:, None] / cell**2, shape)
    inside = _solve(sum(np.gradient(part, axis=axis) for axis, part in enumerate(field)))
    level = float(np.median(map_coordinates(inside, at.T, order=1)))
    vertices, triangles, _, _ = marching_cubes(inside, level, gradient_direction="ascent")
    return vertices * cell + low, triangles.astype(np.int64)


def _patches(points: np.ndarray) -> np.ndarray:
    """Guesses the area that each point stands for, `(N,)`: a disc with its neighbours in it, shared with them."""
    away, _ = cKDTree(points).query(points, k=min(NEIGHBOURS + 1, len(points)))
    return np.pi * away[:, -1] ** 2 / max(away.shape[1] - 1, 1)


def _field(at: np.ndarray, vectors: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Spreads vectors at `(N, 3)` cells over the grid: to the eight corners of each cell, then by a Gaussian."""
    base = np.floor(at).astype(int)
    part = at - base
    field = [np.zeros(int(np.prod(shape))) for _ in range(3)]
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        index = np.ravel_multi_index((base + corner).T, shape)
        for axis in range(3):
            field[axis] += np.bincount(index, weight * vectors[:, axis], len(field[axis]))
    return [gaussian_filter(one.reshape(shape), WIDTH) for one in field]


def _solve(right: np.ndarray) -> np.ndarray:
    """Solves Δ x = right where x is 0 one cell beyond the grid."""
    spectrum = dstn(right, type=1, norm="ortho")
    spectrum /= sum(
        np.reshape(2 * np.cos(np.pi * np.arange(1, n + 1) / (n + 1)) - 2, [-1 if k == axis else 1 for k in range(3)])
        for axis, n in enumerate(right.shape)
    )
    return idstn(spectrum, type=1, norm="ortho")
