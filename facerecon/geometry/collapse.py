"""Half-edge collapses, many at once: a vertex moves onto a neighbour, and the two triangles between them go.

The vertices that are left are some of those that were there, so that whatever is known by vertex stays exact. A round
looks at every vertex's cheapest collapse and takes those that are the cheapest within two edges around them: their
rings have no vertex in common, hence they cannot disturb each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_matrix

from facerecon.geometry.edge_table import EdgeTable

NOWHERE = -1
SHARPEST_TURN = np.cos(np.radians(60))
"""A triangle may not turn by more than this in one collapse."""
WORST_SHAPE = 0.1
"""Quality (`geometry.quality`) that a triangle must keep, unless it was worse before."""
PASSES = 3


def along_creases(table: EdgeTable, crease: np.ndarray, count: int) -> np.ndarray:
    """Tells which collapses leave creases in place, `(E, 2)` bool: of the first end onto the second, and back.

    A vertex on no crease may go anywhere; on a crease that passes through it, along that; an end or a crossing nowhere.

    Args:
        table: of the triangles.
        crease: `(E,)` bool: borders, uv seams, outlines of parts, sharp edges.
        count: of vertices.
    """
    met = np.bincount(table.ends[crease].ravel(), minlength=count)[table.ends]
    clean = (table.count == 1) | (table.count == 2)
    return ((met == 0) | ((met == 2) & crease[:, None])) & clean[:, None]


def cheapest(table: EdgeTable, cost: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds the cheapest collapse of each vertex.

    Args:
        table: of the triangles.
        cost: `(E, 2)` of the first end onto the second, and back; inf where it is not allowed.
        count: of vertices.

    Returns:
        target: `(V,)` where the vertex goes, `NOWHERE` where it may not go.
        edge: `(V,)` along which edge.
        price: `(V,)` inf where it may not go.
    """
    start, end = table.ends.ravel(), table.ends[:, ::-1].ravel()
    order = np.argsort(cost.ravel(), kind="stable")
    order = order[np.isfinite(cost.ravel()[order])]
    vertex, first = np.unique(start[order], return_index=True)
    best = order[first]
    target, edge, price = np.full(count, NOWHERE), np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    target[vertex], edge[vertex], price[vertex] = end[best], best // 2, cost.ravel()[best]
    return target, edge, price


def turns_over(vertices: np.ndarray, triangles: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Tells for which vertices a collapse would turn a triangle over or make a needle of it, `(V,)` bool."""
    bad = np.zeros(len(vertices), dtype=bool)
    for k, rows in _left_over(triangles, target):
        corners = vertices[triangles[rows]]
        before, shape_before = _normal(corners)
        vertex = triangles[rows, k]
        corners[:, k] = vertices[target[vertex]]
        after, shape_after = _normal(corners)
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        turned = np.einsum("nk,nk->n", before, after) <= SHARPEST_TURN * lengths
        bad[vertex[turned | (shape_after < np.minimum(WORST_SHAPE, shape_before))]] = True
    return bad


def turns_over_flat(points: np.ndarray, triangles: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Tells for which of `(U, 2)` points in a plane, for instance uv, a collapse would turn a triangle over."""
    bad = np.zeros(len(points), dtype=bool)
    for k, rows in _left_over(triangles, target):
        corners = points[triangles[rows]]
        before = flat_area(corners)
        point = triangles[rows, k]
        corners[:, k] = points[target[point]]
        bad[point[before * flat_area(corners) <= 0]] = True
    return bad


def _left_over(triangles: np.ndarray, target: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yields, corner by corner, the triangles that stay when that corner's vertex goes to its target."""
    for k in range(3):
        goes = target[triangles[:, k]]
        yield k, np.flatnonzero((goes >= 0) & (triangles != goes[:, None]).all(axis=1))


def _normal(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gives normals as long as twice the area, and the quality, of `(N, 3, 3)` triangles."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    squares = ((np.roll(corners, -1, axis=1) - corners) ** 2).sum(axis=(1, 2))
    return normal, 2 * np.sqrt(3) * np.linalg.norm(normal, axis=1) / np.where(squares > 0, squares, 1)


def flat_area(corners: np.ndarray) -> np.ndarray:
    """Gives twice the signed areas of `(N, 3, 2)` triangles in a plane."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def changes_topology(table: EdgeTable, target: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Tells for which vertices a collapse would pinch the surface or close a hole, `(V,)` bool.

    The link condition (Dey, Edelsbrunner, Guha, Nekhayev 1999): both ends may have no common neighbour but the corners
    across the edge.
    """
    count = len(target)
    a, b = table.ends.T
    adjacent = coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (count, count)).tocsr()
    bad = np.zeros(count, dtype=bool)
    goes = np.flatnonzero(target >= 0)
    common = np.asarray(adjacent[goes].multiply(adjacent[target[goes]]).sum(axis=1)).ravel()
    degree = np.diff(adjacent.indptr)
    closed = (degree[goes] <= 3) & (degree[target[goes]] <= 3)
    bad[goes] = (common != table.count[edge[goes]]) | closed
    return bad


def independent(table: EdgeTable, price: np.ndarray) -> np.ndarray:
    """Chooses vertices that are three edges or more apart, cheap ones first, `(V,)` bool.

    Args:
        table: of the triangles.
        price: `(V,)`, inf for those that may not be chosen.
    """
    a, b = table.ends.T
    order = np.argsort(price, kind="stable")
    rank = np.empty(len(price), dtype=np.int64)
    rank[order] = np.arange(len(price))
    none = len(price)
    rank[~np.isfinite(price)] = none
    chosen = np.zeros(len(price), dtype=bool)
    for _ in range(PASSES):
        least = _spread(_spread(rank, a, b, np.minimum), a, b, np.minimum)
        new = (rank == least) & (rank < none)
        if not new.any():
            break
        chosen |= new
        rank[_spread(_spread(new, a, b, np.maximum), a, b, np.maximum)] = none
    return chosen


def _spread(values: np.ndarray, a: np.ndarray, b: np.ndarray, extreme: np.ufunc) -> np.ndarray:
    """Gives each vertex the extreme of its own value and its neighbours'."""
    result = values.copy()
    extreme.at(result, a, values[b])
    extreme.at(result, b, values[a])
    return result


def carry_corners(
    triangles: np.ndarray, other: np.ndarray, table: EdgeTable, target: np.ndarray, edge: np.ndarray, count: int
) -> np.ndarray:
    """Finds where the entries of another set of corners, for instance uv, go when vertices do: `(U,)`, else `NOWHERE`.

    In each triangle that goes, the entry at the vertex goes to the entry at its target: on both sides of a seam.

    Args:
        triangles: `(T, 3)`.
        other: `(T, 3)` rows of the other set.
        table: of `triangles`.
        target: `(V,)` as `cheapest` gives it.
        edge: `(V,)` too.
        count: U, of the other set.
    """
    goes = np.flatnonzero(target >= 0)
    result = np.full(count, NOWHERE)
    for side in range(2):
        there = table.triangles[edge[goes], side]
        vertex, row = goes[there >= 0], there[there >= 0]
        start = other[row, (triangles[row] == vertex[:, None]).argmax(axis=1)]
        result[start] = other[row, (triangles[row] == target[vertex][:, None]).argmax(axis=1)]
    return result
