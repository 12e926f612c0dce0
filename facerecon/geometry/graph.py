"""A mesh as a graph: edges, areas, the Laplacian, and distances along edges."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.csgraph import dijkstra

from facerecon.core.arrays import check_shape

_SMALLEST_COTANGENT = 0.05


def edges(triangles: np.ndarray) -> np.ndarray:
    """Finds the `(E, 2)` undirected edges of `(T, 3)` triangles, the smaller vertex first, sorted."""
    check_shape(triangles, ("T", 3), "triangles")
    pairs = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    count = pairs.max(initial=0) + 1
    keys = np.unique(pairs[:, 0] * count + pairs[:, 1])
    return np.column_stack([keys // count, keys % count])


def vertex_areas(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds the `(V,)` areas that belong to vertices: a third of each triangle around them."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    third = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6
    return np.bincount(triangles.ravel(), third.repeat(3), minlength=len(vertices))


def laplacian(vertices: np.ndarray, triangles: np.ndarray) -> csr_matrix:
    """Builds the `(V, V)` cotangent Laplacian: symmetric, positive semi-definite, rows sum to 0.

    `x @ L @ x` is the Dirichlet energy of a function by vertex (Pinkall and Polthier 1993). Cotangents of obtuse and of
    needle-thin corners are raised to a small positive number, so that harmonic functions keep the maximum principle.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    rows, columns, weights = [], [], []
    for k in range(3):
        i, j, apex = triangles[:, k], triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        u, v = vertices[i] - vertices[apex], vertices[j] - vertices[apex]
        sine = np.linalg.norm(np.cross(u, v), axis=1)
        cotangent = np.einsum("nk,nk->n", u, v) / np.where(sine > 0, sine, np.inf)
        rows.append(i)
        columns.append(j)
        weights.append(np.clip(cotangent, _SMALLEST_COTANGENT, 1 / _SMALLEST_COTANGENT) / 2)
    shape = (count, count)
    half = coo_matrix((np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsr()
    adjacency = half + half.T
    return (diags(np.asarray(adjacency.sum(axis=1)).ravel()) - adjacency).tocsr()


def edge_distances(vertices: np.ndarray, triangles: np.ndarray, sources: np.ndarray, limit: float) -> np.ndarray:
    """Finds how far each vertex is from the nearest source, walking along edges (Dijkstra).

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        sources: `(V,)` bool.
        limit: how far to look.

    Returns:
        `(V,)` in the vertices' unit, never shorter than the true geodesic; inf beyond `limit`.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    check_shape(sources, (count,), "sources")
    if not sources.any():
        return np.full(count, np.inf)
    start, end = edges(triangles).T
    # A length of 0 would mean "no edge" to a sparse graph.
    lengths = np.maximum(np.linalg.norm(vertices[start] - vertices[end], axis=1), 1e-12)
    graph = csr_matrix((lengths, (start, end)), shape=(count, count))
    return dijkstra(graph, directed=False, indices=np.flatnonzero(sources), limit=limit, min_only=True)
