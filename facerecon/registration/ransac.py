"""Poses from three matches of features each, the best by how many other matches agree (Fischler and Bolles 1981)."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.registration.fpfh import fpfh

SAMPLES = 50_000
"triples that are drawn"
REACH = 5.0
"of a feature, in voxels"
MOST_POSES = 1000
"that votes are counted for"
LIKE_EDGES = 0.9
"A triple whose edges differ by more between the clouds is none."


def feature_poses(
    source: PointCloud, target: PointCloud, voxel: float, most: int, rng: np.random.Generator
) -> np.ndarray:
    """Finds poses that features suggest.

    Args:
        source: evenly thinned points with normals.
        target: likewise.
        voxel: how far points are from each other.
        most: how many poses to give.
        rng: draws the triples.

    Returns:
        `(K, 4, 4)` target_from_source, K at most `most`, the best first.
    """
    first, second = matches(fpfh(source, REACH * voxel), fpfh(target, REACH * voxel))
    if len(first) < 3:
        return np.zeros((0, 4, 4))
    a, b = source.points[first], target.points[second]
    triples = rng.integers(len(a), size=(SAMPLES, 3))
    edges = [np.linalg.norm(p[triples] - p[np.roll(triples, 1, axis=1)], axis=2) for p in (a, b)]
    shorter, longer = np.minimum(*edges), np.maximum(*edges)
    good = (shorter >= LIKE_EDGES * longer).all(axis=1) & (shorter.min(axis=1) > REACH * voxel)
    poses = triple_motions(a[triples[good]], b[triples[good]])[:MOST_POSES]
    away = a @ poses[:, :3, :3].transpose(0, 2, 1) + poses[:, None, :3, 3] - b
    votes = (np.einsum("snk,snk->sn", away, away) < (1.5 * voxel) ** 2).sum(axis=1)
    return poses[np.argsort(-votes, kind="stable")[:most]]


def matches(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the rows of `(N, D)` and `(M, D)` features that are each other's nearest."""
    squares = (second**2).sum(axis=1)
    there = np.concatenate(
        [
            np.argmin(squares - 2 * first[start : start + 1000] @ second.T, axis=1)
            for start in range(0, len(first), 1000)
        ]
    )
    squares = (first**2).sum(axis=1)
    back = np.concatenate(
        [
            np.argmin(squares - 2 * second[start : start + 1000] @ first.T, axis=1)
            for start in range(0, len(second), 1000)
        ]
    )
    mutual = np.flatnonzero(back[there] == np.arange(len(first)))
    return mutual, there[mutual]


def triple_motions(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Finds the rigid motions `(S, 4, 4)` of triples `(S, 3, 3)` of points (Kabsch 1976), never reflections."""
    middles = source.mean(axis=1), target.mean(axis=1)
    a, b = source - middles[0][:, None], target - middles[1][:, None]
    u, _, vt = np.linalg.svd(b.transpose(0, 2, 1) @ a)
    u[:, :, 2] *= (np.linalg.det(u) * np.linalg.det(vt))[:, None]
    motions = np.zeros((len(source), 4, 4))
    motions[:, :3, :3] = u @ vt
    motions[:, :3, 3] = middles[1] - np.einsum("sij,sj->si", motions[:, :3, :3], middles[0])
    motions[:, 3, 3] = 1
    return motions
