"""How a triangle mesh bends: mean, Gaussian and principal curvatures by vertex (Meyer et al. 2003)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.normals import vertex_normals


@dataclass(frozen=True, eq=False)
class Curvature:
    """In 1 / unit and 1 / unit²; NaN at borders, where a surface does not say how it goes on, and where none is."""

    mean: np.ndarray
    "`(V,)` H = (k1 + k2) / 2, positive where the surface bulges outwards: 1 / R on a sphere"
    gaussian: np.ndarray
    "`(V,)` K = k1 k2: 1 / R² on a sphere, 0 on a cylinder, negative on a saddle"
    areas: np.ndarray
    "`(V,)` what belongs to each vertex; sums to the surface's area"

    @property
    def principal(self) -> tuple[np.ndarray, np.ndarray]:
        """Gives the greater and the smaller principal curvature, `(V,)` each: H ± √(H² - K)."""
        root = np.sqrt(np.maximum(self.mean**2 - self.gaussian, 0))
        return self.mean + root, self.mean - root

    @property
    def strongest(self) -> np.ndarray:
        """`(V,)` ≥ 0: how strongly the surface bends in the direction in which it bends most."""
        return np.abs(self.mean) + np.sqrt(np.maximum(self.mean**2 - self.gaussian, 0))


def corner_angles(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Measures the `(T, 3)` angles of triangles at their corners, radians."""
    sine, cosine = _products(vertices, triangles)
    return np.arctan2(sine, cosine)


def _products(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gives |u × v| and u · v, `(T, 3)`, of the two sides that leave each corner."""
    corners = vertices[triangles]
    ahead = np.roll(corners, -1, axis=1) - corners
    back = np.roll(corners, 1, axis=1) - corners
    return np.linalg.norm(np.cross(ahead, back), axis=2), np.einsum("tkc,tkc->tk", ahead, back)


def curvature(vertices: np.ndarray, triangles: np.ndarray) -> Curvature:
    """Measures curvatures over mixed Voronoi areas: cotangents (eq. 8) and the angle deficit (eq. 9).

    Args:
        vertices: `(V, 3)`, any unit.
        triangles: `(T, 3)`, counter-clockwise from outside.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    sine, cosine = _products(vertices, triangles)
    cotangent = cosine / np.where(sine > 0, sine, np.inf)
    angle = np.arctan2(sine, cosine)
    areas = _mixed_areas(vertices, triangles, cotangent, angle)
    areas = np.bincount(triangles.ravel(), areas.ravel(), minlength=count)
    bend = np.zeros((count, 3))
    for k in range(3):
        i, j = triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        pull = cotangent[:, k, None] * (vertices[i] - vertices[j])
        for axis in range(3):
            bend[:, axis] += np.bincount(i, pull[:, axis], count) - np.bincount(j, pull[:, axis], count)
    deficit = 2 * np.pi - np.bincount(triangles.ravel(), angle.ravel(), minlength=count)
    normals = vertex_normals(vertices, triangles)
    unknown = areas <= 0
    table = edge_table(triangles)
    unknown[table.ends[table.count != 2]] = True
    area = np.where(unknown, np.nan, areas)
    return Curvature(np.einsum("vk,vk->v", bend, normals) / (4 * area), deficit / area, areas)


def _mixed_areas(vertices: np.ndarray, triangles: np.ndarray, cotangent: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Shares out each triangle's area among its corners, `(T, 3)`: by Voronoi's cells, in obtuse ones by halves."""
    corners = vertices[triangles]
    ahead = ((np.roll(corners, -1, axis=1) - corners) ** 2).sum(axis=2)
    back = np.roll(ahead, 1, axis=1)
    voronoi = (ahead * np.roll(cotangent, 1, axis=1) + back * np.roll(cotangent, -1, axis=1)) / 8
    whole = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)[:, None] / 2
    obtuse = angle > np.pi / 2
    return np.where(obtuse.any(axis=1, keepdims=True), np.where(obtuse, whole / 2, whole / 4), voronoi)
