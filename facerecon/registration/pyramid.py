"""Coarse to fine: clouds thinned by voxels, the coarsest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.voxels import voxels
from facerecon.registration.clouds import points_alone, unit


def averaged(cloud: PointCloud, size: float) -> PointCloud:
    """Averages a cloud's points and normals in each voxel: less noise, even density; triangles and colours are left."""
    cell = voxels(cloud.points, size)
    counts = np.bincount(cell)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.column_stack([np.bincount(cell, values[:, k]) for k in range(3)]) / counts[:, None]

    return PointCloud(mean(cloud.points), None if cloud.normals is None else unit(mean(cloud.normals)))


def chosen(points: np.ndarray, size: float) -> np.ndarray:
    """Chooses a point of each voxel, the one nearest to the voxel's mean: rows of `(N, 3)` points, ascending."""
    cell = voxels(points, size)
    counts = np.bincount(cell)
    means = np.column_stack([np.bincount(cell, points[:, k]) for k in range(3)]) / counts[:, None]
    away = ((points - means[cell]) ** 2).sum(axis=1)
    order = np.lexsort((away, cell))
    return np.sort(order[np.concatenate([[0], np.cumsum(counts)[:-1]])])


@dataclass(frozen=True, eq=False)
class Level:
    source: PointCloud
    "some of the source's points"
    rows: np.ndarray
    "`(n,)` which of the source's points they are"
    target: PointCloud
    "averaged, or at the last level as it is"
    voxel: float
    "clouds' unit; 0 at the last level"


def level(source: PointCloud, target: PointCloud, size: float) -> Level:
    """Thins both clouds: of the source points are chosen, so that steps still name them; the target's are averaged."""
    rows = chosen(source.points, size)
    return Level(points_alone(source, rows), rows, averaged(target, size), size)


def finest(source: PointCloud, target: PointCloud, most: int) -> Level:
    """Takes the target as it is, and at most so many points of the source, evenly from its list."""
    rows = evenly(len(source), most)
    return Level(points_alone(source, rows), rows, target, 0.0)


def evenly(count: int, most: int) -> np.ndarray:
    """Picks at most so many of `count` rows, evenly from their list."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)
