"""Where a surface runs through itself."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape

_BLOCK = 400_000
_SLACK = 1e-9


def self_intersections(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds the pairs of triangles that run through each other, though they have no edge in common.

    Two triangles cross where an edge of one passes through the other (Möller and Trumbore 1997); triangles that lie in
    one plane and overlap are not found. Of two triangles that meet at a vertex, only the edges across from it count.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.

    Returns:
        `(P, 2)` rows of `triangles`, the smaller first.
    """
    check_shape(vertices, ("V", 3), "vertices")
    check_shape(triangles, ("T", 3), "triangles")
    pairs = _near(vertices[triangles])
    crossing = np.zeros(len(pairs), dtype=bool)
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        shared = (triangles[block[:, 0], :, None] == triangles[block[:, 1], None, :]).sum(axis=(1, 2))
        apart = np.flatnonzero(shared < 2)
        hit = np.zeros(len(block), dtype=bool)
        for one, other in ((0, 1), (1, 0)):
            hit[apart] |= _pierces(vertices, triangles[block[apart, one]], triangles[block[apart, other]])
        crossing[start : start + _BLOCK] = hit
    return pairs[crossing]


def _near(corners: np.ndarray) -> np.ndarray:
    """Finds the pairs of triangles `(T, 3, 3)` whose boxes touch, `(P, 2)`; by size, so that large ones stay few."""
    low, high = corners.min(axis=1), corners.max(axis=1)
    centre, radius = (low + high) / 2, np.linalg.norm(high - low, axis=1) / 2
    octave = np.floor(np.log2(np.maximum(radius, 1e-9 * max(float(radius.max(initial=0)), 1e-300))))
    groups = [np.flatnonzero(octave == value) for value in np.unique(octave)]
    trees = [cKDTree(centre[rows]) for rows in groups]
    found = [np.zeros((0, 2), dtype=np.int64)]
    for i, rows in enumerate(groups):
        for j in range(i + 1):
            reach = radius[rows].max() + radius[groups[j]].max()
            if i == j:
                pair = rows[trees[i].query_pairs(reach, output_type="ndarray")]
            else:
                near = trees[i].sparse_distance_matrix(trees[j], reach, output_type="coo_matrix")
                pair = np.column_stack([rows[near.row], groups[j][near.col]])
            a, b = pair.T
            touches = ((low[a] <= high[b]) & (low[b] <= high[a])).all(axis=1)
            found.append(np.sort(pair[touches], axis=1))
    return np.concatenate(found)


def _pierces(vertices: np.ndarray, edges_of: np.ndarray, through: np.ndarray) -> np.ndarray:
    """Tells whether an edge of the first triangles passes through the second ones, `(P,)`; rows are vertices."""
    result = np.zeros(len(edges_of), dtype=bool)
    a, b, c = (vertices[through[:, k]] for k in range(3))
    u, v = b - a, c - a
    for k in range(3):
        start, end = edges_of[:, k], edges_of[:, (k + 1) % 3]
        touches = (start[:, None] == through).any(axis=1) | (end[:, None] == through).any(axis=1)
        origin = vertices[start]
        along = vertices[end] - origin
        p = np.cross(along, v)
        det = np.einsum("nk,nk->n", u, p)
        flat = np.abs(det) <= _SLACK * np.linalg.norm(u, axis=1) * np.linalg.norm(p, axis=1)
        inverse = 1 / np.where(flat, 1, det)
        to_origin = origin - a
        first = np.einsum("nk,nk->n", to_origin, p) * inverse
        q = np.cross(to_origin, u)
        second = np.einsum("nk,nk->n", along, q) * inverse
        depth = np.einsum("nk,nk->n", v, q) * inverse
        inside = (first >= 0) & (second >= 0) & (first + second <= 1) & (depth >= 0) & (depth <= 1)
        result |= inside & ~flat & ~touches
    return result
