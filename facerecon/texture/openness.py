"""How much of the outside each vertex sees: low deep in mouth, nostrils and eye sockets."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.rasterize import depth_buffer

_PICTURE_PX = 200
_TOLERANCE_PX = 2.0
_RINGS = ((0.35, 7), (0.95, 5))


def _directions() -> np.ndarray:
    """Spreads `(D, 3)` unit vectors over the sphere: two rings on each side of the equator, and the poles."""
    rings = [
        [np.cos(polar) * np.sin(angle), side * np.sin(polar), np.cos(polar) * np.cos(angle)]
        for polar, count in _RINGS
        for side in (1, -1)
        for angle in 2 * np.pi * (np.arange(count) + 0.25 * (side + 1)) / count
    ]
    return np.array([*rings, [0, 1, 0], [0, -1, 0]], dtype=float)


def openness(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds which share of the hemisphere over each vertex is free, weighted by the cosine (ambient occlusion).

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`; all of them occlude.

    Returns:
        `(V,)` in [0, 1]; 1 for a vertex of no triangle.
    """
    check_shape(vertices, ("V", 3), "vertices")
    normals = vertex_normals(vertices, triangles)
    extent = np.linalg.norm(vertices - vertices.mean(axis=0), axis=1).max() or 1.0
    scale = _PICTURE_PX / 2 / extent
    free, total = np.zeros(len(vertices)), np.zeros(len(vertices))
    for direction in _directions():
        towards = np.maximum(normals @ direction, 0)
        free += towards * _seen_from(direction, vertices - vertices.mean(axis=0), triangles, scale)
        total += towards
    return np.where(total > 0, free / np.where(total > 0, total, 1), 1.0)


def _seen_from(direction: np.ndarray, centred: np.ndarray, triangles: np.ndarray, scale: float) -> np.ndarray:
    """Tells for each vertex whether nothing lies between it and a viewer far away, `(V,)` bool."""
    aside = np.cross(direction, [0.0, 0.0, 1.0] if abs(direction[2]) < 0.9 else [1.0, 0.0, 0.0])
    aside /= np.linalg.norm(aside)
    plane = centred @ np.column_stack([aside, np.cross(direction, aside)]) * scale + _PICTURE_PX / 2
    depth = _PICTURE_PX - centred @ direction * scale
    buffer = depth_buffer(plane, depth, triangles, _PICTURE_PX + 1, _PICTURE_PX + 1, perspective=False)
    pixel = np.clip(np.rint(plane).astype(int), 0, _PICTURE_PX)
    return depth <= buffer[pixel[:, 1], pixel[:, 0]] + _TOLERANCE_PX
