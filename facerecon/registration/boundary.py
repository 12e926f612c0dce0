"""Finds where a surface or a cloud ends: partners there are often false ones (Turk and Levoy 1994)."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud

NEIGHBOURS = 16
GAP = np.pi / 2
"An empty sector as wide as that around a point means that it lies at the rim."
_BLOCK = 20_000


def boundary(cloud: PointCloud) -> np.ndarray:
    """Finds the points at the rim, `(N,)` bool: by triangles where there are any, otherwise by gaps around points."""
    if cloud.triangles is not None and len(cloud.triangles):
        return mesh_boundary(cloud.triangles, len(cloud))
    return cloud_boundary(cloud.points)


def mesh_boundary(triangles: np.ndarray, count: int) -> np.ndarray:
    """Finds the vertices, `(count,)` bool, of edges that belong to one triangle of `(T, 3)` only."""
    pairs = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    keys, uses = np.unique(pairs[:, 0] * count + pairs[:, 1], return_counts=True)
    rim = np.zeros(count, dtype=bool)
    rim[keys[uses == 1] // count] = True
    rim[keys[uses == 1] % count] = True
    return rim


def cloud_boundary(points: np.ndarray) -> np.ndarray:
    """Finds the points, `(N,)` bool, around which a sector of `GAP` holds no neighbour (Bendels et al. 2006, sec. 3).

    Neighbours are seen in the plane of their own two largest principal axes.
    """
    tree, rim = cKDTree(points), np.zeros(len(points), dtype=bool)
    count = min(NEIGHBOURS + 1, len(points))
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        around = points[tree.query(points[block], k=count, workers=-1)[1]]
        away = around[:, 1:] - points[block, None]
        centred = around - around.mean(axis=1, keepdims=True)
        axes = np.linalg.eigh(np.einsum("nki,nkj->nij", centred, centred))[1][:, :, 1:]
        x, y = np.moveaxis(away @ axes, -1, 0)
        angles = np.sort(np.arctan2(y, x), axis=1)
        gaps = np.diff(np.concatenate([angles, angles[:, :1] + 2 * np.pi], axis=1), axis=1)
        rim[block] = gaps.max(axis=1) > GAP
    return rim
