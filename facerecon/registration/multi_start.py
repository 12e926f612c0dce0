"""Many starts at once: one robust point-to-plane ICP that moves a whole batch of poses."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.registration.gauss_newton import LARGEST
from facerecon.registration.kernels import DECAY

FLAT = 1e-4
"Directions of less curvature, of the largest, are left alone: a coarse cloud shows little of them."
_BLOCK = 200_000


def spread_rotations(count: int) -> np.ndarray:
    """Spreads `(count, 3, 3)` rotations evenly, the identity first: a super-Fibonacci spiral (Alexa 2022, alg. 1)."""
    s = np.arange(count) + 0.5
    r, q = np.sqrt(s / count), np.sqrt(1 - s / count)
    # √2, and the positive root of ψ⁴ = ψ + 4.
    alpha, beta = 2 * np.pi * s / np.sqrt(2), 2 * np.pi * s / 1.533751168755204288118041
    x, y, z, w = r * np.sin(alpha), r * np.cos(alpha), q * np.sin(beta), q * np.cos(beta)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    rotations = np.moveaxis(np.array(rows), 2, 0)
    return rotations @ rotations[0].T


class MultiStart:
    """Two clouds with normals, between which many motions are tried.

    Args:
        source: `n` points.
        target: `m` points.
    """

    def __init__(self, source: PointCloud, target: PointCloud):
        self.source, self.target = source, target
        self._source_tree, self._target_tree = cKDTree(source.points), cKDTree(target.points)
        self._size = float(np.abs(source.points - source.points.mean(axis=0)).max())

    def refined(self, starts: np.ndarray, iterations: int, wide: float, scale: float) -> np.ndarray:
        """Improves all starts by iterations of robust point-to-plane ICP.

        Args:
            starts: `(S, 4, 4)`.
            iterations: how many.
            wide: first scale of the kernel (Geman–McClure's), clouds' unit.
            scale: last scale of the kernel.

        Returns:
            `(S, 4, 4)`.
        """
        motions, at_once = starts.copy(), max(1, _BLOCK // len(self.source))
        for number in range(iterations):
            width = max(wide / DECAY**number, scale)
            for first in range(0, len(motions), at_once):
                block = slice(first, first + at_once)
                motions[block] = self._improved(motions[block], width)
        return motions

    def scores(self, motions: np.ndarray, scale: float) -> np.ndarray:
        """Rates motions by what part of each cloud lies on the other, with like normals: `(S,)` in [0, 1]."""
        there = _covered(self.source, self.target, self._target_tree, motions, scale)
        back = _covered(self.target, self.source, self._source_tree, np.linalg.inv(motions), scale)
        return (there + back) / 2

    def _improved(self, motions: np.ndarray, scale: float) -> np.ndarray:
        """Takes one Gauss–Newton step for each motion."""
        points = self.source.points @ motions[:, :3, :3].transpose(0, 2, 1) + motions[:, None, :3, 3]
        turned = self.source.normals @ motions[:, :3, :3].transpose(0, 2, 1)
        distances, index = self._target_tree.query(points, workers=-1)
        normals = self.target.normals[index]
        agree = np.einsum("snk,snk->sn", turned, normals)
        weights = np.maximum(agree, 0) / (1 + (distances / scale) ** 2) ** 2
        gaps = np.einsum("snk,snk->sn", points - self.target.points[index], normals)
        total = np.maximum(weights.sum(axis=1), 1e-300)
        centres = np.einsum("sn,snk->sk", weights, points) / total[:, None]
        rows = np.concatenate([_cross((points - centres[:, None]) / self._size, normals), normals], axis=2)
        weighted = rows * weights[..., None]
        curvature, slope = weighted.transpose(0, 2, 1) @ rows, np.einsum("snk,sn->sk", weighted, gaps / self._size)
        return _motions(-_solve(curvature, slope), centres, self._size) @ motions


def _covered(moving: PointCloud, fixed: PointCloud, tree: cKDTree, motions: np.ndarray, scale: float) -> np.ndarray:
    """Tells what part of a cloud lies on another after each of `(S, 4, 4)` motions: `(S,)` in [0, 1].

    A point may slide along the surface by two scales for nothing, as samples of one surface differ by that.
    """
    found, at_once = [], max(1, _BLOCK // len(moving))
    for first in range(0, len(motions), at_once):
        linear, shift = motions[first : first + at_once, :3, :3], motions[first : first + at_once, None, :3, 3]
        points = moving.points @ linear.transpose(0, 2, 1) + shift
        distances, index = tree.query(points, workers=-1)
        normals = fixed.normals[index]
        agree = np.einsum("snk,snk->sn", moving.normals @ linear.transpose(0, 2, 1), normals)
        gaps = np.abs(np.einsum("snk,snk->sn", points - fixed.points[index], normals))
        gaps = np.maximum(gaps, np.maximum(distances - 2 * scale, 0))
        found.append(np.mean(np.maximum(agree, 0) / (1 + (gaps / scale) ** 2) ** 2, axis=1))
    return np.concatenate(found)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Multiplies `(…, 3)` vectors; faster than numpy's for many."""
    (x, y, z), (u, v, w) = np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0)
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=-1)


def _solve(curvature: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Solves `(S, 6, 6)` normal equations, without the directions that they hardly fix."""
    values, vectors = np.linalg.eigh(curvature)
    kept = values > FLAT * np.maximum(values[:, -1:], 1e-300)
    along = np.einsum("ski,sk->si", vectors, slope) * np.where(kept, 1 / np.where(kept, values, 1), 0)
    return np.einsum("ski,si->sk", vectors, along)


def _motions(twists: np.ndarray, centres: np.ndarray, size: float) -> np.ndarray:
    """Turns `(S, 6)` twists about centres `(S, 3)` into `(S, 4, 4)` motions; long turns are shortened."""
    twists = twists * np.minimum(1, LARGEST / np.maximum(np.linalg.norm(twists[:, :3], axis=1), 1e-300))[:, None]
    motions = np.zeros((len(twists), 4, 4))
    motions[:, :3, :3] = _rotations(twists[:, :3])
    motions[:, :3, 3] = centres + size * twists[:, 3:] - np.einsum("sij,sj->si", motions[:, :3, :3], centres)
    motions[:, 3, 3] = 1
    return motions


def _rotations(vectors: np.ndarray) -> np.ndarray:
    """Turns `(S, 3)` rotation vectors into `(S, 3, 3)` matrices, by Rodrigues' formula."""
    angles = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = vectors.T
    zero = np.zeros(len(vectors))
    cross = np.moveaxis(np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]), 2, 0)
    return np.eye(3) + np.sinc(angles / np.pi) * cross + 0.5 * np.sinc(angles / (2 * np.pi)) ** 2 * (cross @ cross)
