"""What stays when a surface is bent: pieces, borders, holes, and Euler's number."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from facerecon.core.arrays import check_shape
from facerecon.geometry.edge_table import EdgeTable, edge_table


def euler_characteristic(triangles: np.ndarray) -> int:
    """Counts V - E + T of the vertices that `(T, 3)` triangles use: 2 for a sphere, 0 for a torus, 1 for a disc."""
    return len(np.unique(triangles)) - len(edge_table(triangles).ends) + len(triangles)


def pieces(triangles: np.ndarray, table: EdgeTable | None = None) -> np.ndarray:
    """Numbers the pieces of a surface, `(T,)`: triangles that can be reached from each other across edges."""
    table = table or edge_table(triangles)
    owner = np.repeat(np.arange(len(triangles)), 3)
    shape = (len(triangles), len(table.ends))
    of_edge = coo_matrix((np.ones(len(owner)), (owner, table.of_triangle.ravel())), shape).tocsr()
    return connected_components(of_edge @ of_edge.T, directed=False)[1]


def border_loops(triangles: np.ndarray) -> list[np.ndarray]:
    """Finds the closed lines along which a surface ends, each as a row of vertices, the surface on their left.

    Args:
        triangles: `(T, 3)` that wind alike.

    Returns:
        The loops, the longest first; where loops touch at a vertex they are told apart in some way.
    """
    table = edge_table(triangles)
    at = np.isin(table.of_triangle, np.flatnonzero(table.border))
    start, end = triangles[at], np.roll(triangles, -1, axis=1)[at]
    after: dict[int, list[int]] = {}
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        after.setdefault(a, []).append(b)
    loops = []
    while after:
        first = next(iter(after))
        loop, here = [], first
        while here in after:
            loop.append(here)
            onward = after[here]
            here = onward.pop()
            if not onward:
                del after[loop[-1]]
            if here == first:
                break
        loops.append(np.array(loop))
    return sorted(loops, key=len, reverse=True)


def corner_fans(triangles: np.ndarray, table: EdgeTable | None = None) -> np.ndarray:
    """Numbers the fans of triangles around vertices, `(T, 3)` by corner; a clean surface has one fan a vertex.

    Two corners at one vertex are in one fan when their triangles share an edge there that has no third triangle
    (Guéziec et al. 2001, “Cutting and Stitching”, section 3).
    """
    table = table or edge_table(triangles)
    inside = table.count == 2
    one, two = table.triangles[inside].T
    rows, columns = [], []
    for end in table.ends[inside].T:
        rows.append(3 * one + (triangles[one] == end[:, None]).argmax(axis=1))
        columns.append(3 * two + (triangles[two] == end[:, None]).argmax(axis=1))
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    size = triangles.size
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), (size, size))
    return connected_components(graph, directed=False)[1].reshape(-1, 3)


def enclosed_volume(vertices: np.ndarray, triangles: np.ndarray) -> float:
    """Measures the volume inside a surface, its unit cubed; every hole is closed by a fan around its centre.

    The sum of signed tetrahedra over the triangles (Zhang and Chen 2001).
    """
    check_shape(vertices, ("V", 3), "vertices")
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    total = np.einsum("nk,nk->", a, np.cross(b, c))
    for loop in border_loops(triangles):
        ring = vertices[loop]
        total += np.einsum("nk,nk->", np.roll(ring, -1, axis=0), np.cross(ring, ring.mean(axis=0)))
    return float(total / 6)
