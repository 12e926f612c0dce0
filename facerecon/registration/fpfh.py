"""Describes points by the normals around them: fast point feature histograms (Rusu et al. 2009)."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud

BINS = 11
NEIGHBOURS = 64
_BLOCK = 4000


def fpfh(cloud: PointCloud, reach: float) -> np.ndarray:
    """Computes `(N, 33)` histograms that do not change when the cloud moves.

    Args:
        cloud: points with oriented normals.
        reach: how far the neighbourhood goes; of it at most the `NEIGHBOURS` nearest count.

    Returns:
        Three histograms of 11 bins, each with the sum 1; 0 where a point has no neighbour.
    """
    count = min(NEIGHBOURS + 1, len(cloud))
    distances, index = cKDTree(cloud.points).query(cloud.points, k=count, distance_upper_bound=reach, workers=-1)
    distances, index = distances[:, 1:], index[:, 1:]
    near = np.isfinite(distances) & (distances > 0)
    index = np.where(near, index, 0)
    simple = np.concatenate(
        [
            _simple(cloud, np.arange(start, min(start + _BLOCK, len(cloud))), index, near)
            for start in range(0, len(cloud), _BLOCK)
        ]
    )
    # A neighbour counts by how near it is (Rusu et al. 2009, eq. 2).
    weights = np.where(near, 1 / np.where(near, distances, 1), 0) / np.maximum(near.sum(axis=1), 1)[:, None]
    weights *= reach
    summed = simple.copy()
    for column in range(index.shape[1]):
        summed += weights[:, column, None] * simple[index[:, column]]
    parts = summed.reshape(-1, 3, BINS)
    totals = parts.sum(axis=2, keepdims=True)
    return (parts / np.where(totals > 0, totals, 1)).reshape(-1, 3 * BINS)


def pair_angles(
    points: np.ndarray, normals: np.ndarray, others: np.ndarray, other_normals: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures two points and their normals in the frame u = n, v = u × d, w = u × v (Rusu et al. 2009, eq. 1).

    Returns:
        α = v · n' and φ = u · d in [-1, 1], and θ = atan2(w · n', u · n') in radians; each of the shape of one point.
    """
    away = others - points
    length = np.linalg.norm(away, axis=-1, keepdims=True)
    away = away / np.where(length > 0, length, 1)
    v = np.cross(normals, away)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    v = v / np.where(length > 1e-12, length, 1)
    w = np.cross(normals, v)
    along = [np.einsum("...k,...k->...", axis, other_normals) for axis in (v, w, normals)]
    return along[0], np.einsum("...k,...k->...", normals, away), np.arctan2(along[1], along[2])


def _simple(cloud: PointCloud, rows: np.ndarray, index: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Computes the simple histograms `(n, 33)` of some rows, from their own neighbours alone."""
    points, normals = cloud.points[rows, None], cloud.normals[rows, None]
    angles = pair_angles(
        np.broadcast_to(points, (*index[rows].shape, 3)),
        np.broadcast_to(normals, (*index[rows].shape, 3)),
        cloud.points[index[rows]],
        cloud.normals[index[rows]],
    )
    histograms = []
    for values, low, high in zip(angles, (-1, -1, -np.pi), (1, 1, np.pi), strict=True):
        cell = np.clip(((values - low) / (high - low) * BINS).astype(np.int64), 0, BINS - 1)
        flat = np.arange(len(rows))[:, None] * BINS + cell
        sums = np.bincount(flat.ravel(), near[rows].ravel().astype(np.float64), minlength=len(rows) * BINS)
        histograms.append(sums.reshape(-1, BINS) / np.maximum(near[rows].sum(axis=1), 1)[:, None])
    return np.hstack(histograms)
