"""A scan prepared for being looked up: feet of points on it, normals there, and whether they lie over its edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape
from facerecon.core.types import PointCloud
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import vertex_normals

NEIGHBOURS = 16
"""Points that tell the plane at a point of a cloud: enough to average noise, few enough to follow a nostril."""


@dataclass(frozen=True, eq=False)
class Feet:
    """Where points meet a scan, one row a point."""

    points: np.ndarray
    "`(N, 3)` the nearest points of the scan"
    normals: np.ndarray
    "`(N, 3)` of length 1"
    distances: np.ndarray
    "`(N,)`"
    inside: np.ndarray
    "`(N,)` bool: False where the foot is on the scan's edge, so that the point may lie beyond it"

    def trusted(self, normals: np.ndarray, furthest: float, cosine: float, signed: bool = True) -> np.ndarray:
        """Tells which feet are correspondences: inside, near, and facing as `(N, 3)` normals do; `(N,)` bool.

        A scan whose triangles all wind the wrong way round is taken as it is meant: the majority tells.
        """
        agreement = np.einsum("nk,nk->n", self.normals, normals)
        near = self.inside & (self.distances < furthest)
        if not signed:
            agreement = np.abs(agreement)
        elif agreement[near].sum() < 0:
            agreement = -agreement
        return near & (agreement > cosine)


class Target:
    """Looks points up on a scan: on the surface itself where it has triangles, else on planes through its points.

    Args:
        cloud: at least one triangle, or 3 points.

    Raises:
        ValueError: the cloud is too small, or not finite.
    """

    def __init__(self, cloud: PointCloud):
        if len(cloud) < 3 or not np.isfinite(cloud.points).all():
            raise ValueError("a target needs three points or more, all finite")
        self.cloud = cloud
        self.signed = cloud.triangles is not None and len(cloud.triangles) > 0
        "whether normals tell inside from outside: those of mere points are guessed too often"
        if self.signed:
            self._prepare_surface(cloud)
        else:
            self._prepare_points(cloud)

    def feet(self, points: np.ndarray) -> Feet:
        """Finds the nearest points of the scan for each of `(N, 3)` points."""
        check_shape(points, ("N", 3), "points")
        return self._feet_on_points(points) if self._surface is None else self._feet_on_surface(points)

    def _prepare_surface(self, cloud: PointCloud) -> None:
        self._surface = Surface(cloud.points, cloud.triangles)
        # Files split vertices where textures are cut; the scan's edge is where no neighbour is at the same place.
        places, place = np.unique(cloud.points, axis=0, return_inverse=True)
        place = place.reshape(-1)
        triangles = place[cloud.triangles]
        self._normals = vertex_normals(places, triangles)[place]
        self._edge = _edge_vertices(triangles, len(places))[triangles]

    def _prepare_points(self, cloud: PointCloud) -> None:
        self._surface = None
        self._tree = cKDTree(cloud.points)
        self._normals, self._centres, self._reach = plane_normals(cloud.points, self._tree)
        if cloud.normals is not None:
            self._normals = cloud.normals

    def _feet_on_surface(self, points: np.ndarray) -> Feet:
        distances, triangle, weights = self._surface.nearest(points)
        corners = self.cloud.triangles
        feet = interpolate(self.cloud.points, corners, triangle, weights)
        normals = interpolate(self._normals, corners, triangle, weights)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        inside = ~(self._edge[triangle] | (weights < 1e-6)).all(axis=1)
        return Feet(feet, normals, distances, inside)

    def _feet_on_points(self, points: np.ndarray) -> Feet:
        """Drops points on the plane through the neighbourhood of the nearest point of the cloud."""
        _, row = self._tree.query(points)
        normals = self._normals[row]
        height = np.einsum("nk,nk->n", points - self._centres[row], normals)
        feet = points - height[:, None] * normals
        aside = np.linalg.norm(feet - self._centres[row], axis=1)
        inside = aside <= self._reach[row]
        feet[~inside] = self.cloud.points[row[~inside]]
        return Feet(feet, normals, np.linalg.norm(feet - points, axis=1), inside)


def plane_normals(points: np.ndarray, tree: cKDTree | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fits a plane to the neighbours of each point (Hoppe et al. 1992); which side is out stays open.

    Args:
        points: `(N, 3)`.
        tree: of the points, where there is one.

    Returns:
        normals: `(N, 3)` of length 1.
        centres: `(N, 3)` the neighbours' means.
        reach: `(N,)` distance to the farthest of them.
    """
    away, rows = (tree or cKDTree(points)).query(points, k=min(NEIGHBOURS, len(points)))
    centres = points[rows].mean(axis=1)
    spread = points[rows] - centres[:, None]
    return np.linalg.eigh(np.einsum("nkc,nkd->ncd", spread, spread))[1][:, :, 0], centres, away[:, -1]


def _edge_vertices(triangles: np.ndarray, count: int) -> np.ndarray:
    """Tells which vertices lie on the edge of a surface, where sides have one triangle; `(count,)` bool."""
    sides = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    keys, uses = np.unique(sides[sides[:, 0] != sides[:, 1]] @ [count, 1], return_counts=True)
    edge = np.zeros(count, dtype=bool)
    edge[np.concatenate(np.divmod(keys[uses == 1], count))] = True
    return edge
