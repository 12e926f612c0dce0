"""Many starts at once: one robust point-to-plane ICP that moves a whole batch of poses."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.registration.gauss_newton import FLAT, LARGEST
from facerecon.registration.kernels import DECAY

_BLOCK = 400_000


def spread_rotations(count: int) -> np.ndarray:
    """Spreads `(count, 3, 3)` rotations evenly, the identity first: a super-Fibonacci spiral (Alexa 2022, alg. 1)."""
    s = np.arange(count) + 0.5
    t = s / count
    d = 2 * np.pi * s
    r, q = np.sqrt(t), np.sqrt(1 - t)
    alpha, beta = d / np.sqrt(2), d / 1.533751168755204288118041
    x, y, z, w = r * np.sin(alpha), r * np.cos(alpha), q * np.sin(beta), q * np.cos(beta)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    rotations = np.moveaxis(np.array(rows), 2, 0)
    return rotations @ rotations[0].T


def refined(
    source: PointCloud,
    target: PointCloud,
    tree: cKDTree,
    starts: np.ndarray,
    iterations: int,
    wide: float,
    scale: float,
) -> np.ndarray:
    """Improves all starts by robust point-to-plane ICP, Geman–McClure's scale going from `wide` down to `scale`.

    Args:
        source: `n` points with normals.
        target: points with normals.
        tree: of the target's points.
        starts: `(S, 4, 4)`.
        iterations: how many.
        wide: first scale of the kernel, clouds' unit.
        scale: last scale of the kernel.

    Returns:
        `(S, 4, 4)`.
    """
    motions = starts.copy()
    for number in range(iterations):
        width = max(wide / DECAY**number, scale)
        for first in range(0, len(motions), max(1, _BLOCK // len(source))):
            block = slice(first, first + max(1, _BLOCK // len(source)))
            motions[block] = _improved(source, target, tree, motions[block], width)
    return motions


def _improved(source: PointCloud, target: PointCloud, tree: cKDTree, motions: np.ndarray, scale: float) -> np.ndarray:
    """Takes one Gauss–Newton step for each of `(S, 4, 4)` motions."""
    points = source.points @ motions[:, :3, :3].transpose(0, 2, 1) + motions[:, None, :3, 3]
    turned = source.normals @ motions[:, :3, :3].transpose(0, 2, 1)
    distances, index = tree.query(points, workers=-1)
    normals = target.normals[index]
    agree = np.einsum("snk,snk->sn", turned, normals)
    weights = np.maximum(agree, 0) / (1 + (distances / scale) ** 2) ** 2
    gaps = np.einsum("snk,snk->sn", points - target.points[index], normals)
    total = np.maximum(weights.sum(axis=1), 1e-300)
    centre = np.einsum("sn,snk->sk", weights, points) / total[:, None]
    size = float(np.abs(source.points - source.points.mean(axis=0)).max())
    arms = (points - centre[:, None]) / size
    rows = np.concatenate([np.cross(arms, normals), normals], axis=2)
    weighted = rows * weights[..., None]
    curvature = weighted.transpose(0, 2, 1) @ rows
    slope = np.einsum("snk,sn->sk", weighted, gaps / size)
    values, vectors = np.linalg.eigh(curvature)
    kept = values > np.maximum(FLAT, 1e-4) * np.maximum(values[:, -1:], 1e-300)
    along = np.einsum("ski,sk->si", vectors, slope) * np.where(kept, 1 / np.where(kept, values, 1), 0)
    twists = -np.einsum("ski,si->sk", vectors, along)
    twists *= np.minimum(1, LARGEST / np.maximum(np.linalg.norm(twists[:, :3], axis=1), 1e-300))[:, None]
    changes = np.zeros((len(motions), 4, 4))
    changes[:, :3, :3] = _rotations(twists[:, :3])
    changes[:, :3, 3] = centre + size * twists[:, 3:] - np.einsum("sij,sj->si", changes[:, :3, :3], centre)
    changes[:, 3, 3] = 1
    return changes @ motions


def _rotations(vectors: np.ndarray) -> np.ndarray:
    """Turns `(S, 3)` rotation vectors into `(S, 3, 3)` matrices, by Rodrigues' formula."""
    angles = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = vectors.T
    zero = np.zeros(len(vectors))
    cross = np.moveaxis(np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]), 2, 0)
    return np.eye(3) + np.sinc(angles / np.pi) * cross + 0.5 * np.sinc(angles / (2 * np.pi)) ** 2 * (cross @ cross)


def scores(source: PointCloud, target: PointCloud, tree: cKDTree, motions: np.ndarray, scale: float) -> np.ndarray:
    """Rates poses `(S, 4, 4)` by how much of the source lies on the target with a like normal: `(S,)` in [0, 1]."""
    found = []
    for motion in motions:
        points = source.points @ motion[:3, :3].T + motion[:3, 3]
        distances, index = tree.query(points, workers=-1)
        normals = target.normals[index]
        agree = np.einsum("nk,nk->n", source.normals @ motion[:3, :3].T, normals)
        gaps = np.abs(np.einsum("nk,nk->n", points - target.points[index], normals))
        gaps = np.maximum(gaps, np.maximum(distances - 2 * scale, 0))
        found.append(np.mean(np.maximum(agree, 0) / (1 + (gaps / scale) ** 2) ** 2))
    return np.array(found)
