"""Delaunay's triangulation of points in a plane, one point at a time (Bowyer 1981, Watson 1981)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape, read_only
from facerecon.geometry.edge_table import EdgeTable, edge_table

GHOST = -1
"""The vertex at infinity: a triangle (a, b, GHOST) is the half plane to the left of the hull's edge from a to b."""


@dataclass(frozen=True, eq=False)
class DelaunayStep:
    """The triangulation after a point has been put in."""

    triangles: np.ndarray
    "`(T, 3)` rows of the points put in so far, counter-clockwise where y points up"
    point: int
    "which point came last"
    cavity: np.ndarray
    "`(C, 3)` the triangles whose circles held it, now gone"

    def __post_init__(self):
        object.__setattr__(self, "triangles", read_only(self.triangles, np.int64))
        object.__setattr__(self, "cavity", read_only(self.cavity, np.int64))


def delaunay(points: np.ndarray) -> np.ndarray:
    """Triangulates `(N, 2)` points; gives `(T, 3)` rows of them. See `delaunay_steps`."""
    *_, last = delaunay_steps(points)
    return last.triangles


def delaunay_steps(points: np.ndarray, order: np.ndarray | None = None) -> Iterator[DelaunayStep]:
    """Puts points in one at a time: triangles whose circle holds the new point go, and it joins what is left.

    Args:
        points: `(N, 2)`, at least three that lie on no line; of points at one place the first counts.
        order: `(N,)` in which they come; default: as they are.

    Raises:
        ValueError: all points lie on one line.
    """
    check_shape(points, ("N", 2), "points")
    points = np.asarray(points, dtype=np.float64)
    order = np.arange(len(points)) if order is None else np.asarray(order)
    first = _first_triangle(points, order)
    a, b, c = first
    mesh = np.array([[a, b, c], [b, a, GHOST], [c, b, GHOST], [a, c, GHOST]])
    yield DelaunayStep(mesh[:1], c, np.zeros((0, 3)))
    seen = {tuple(points[index]) for index in first}
    for index in order.tolist():
        if tuple(points[index]) in seen:
            continue
        seen.add(tuple(points[index]))
        inside = _in_circle(points, mesh, points[index])
        cavity = mesh[inside]
        mesh = np.concatenate([mesh[~inside], _star(cavity, index)])
        yield DelaunayStep(mesh[(mesh != GHOST).all(axis=1)], index, cavity[(cavity != GHOST).all(axis=1)])


def _first_triangle(points: np.ndarray, order: np.ndarray) -> tuple[int, int, int]:
    """Finds the first three points that make a triangle, counter-clockwise."""
    a = order[0]
    away = np.linalg.norm(points[order] - points[a], axis=1)
    scale = float(away.max(initial=0))
    others = order[away > 1e-12 * scale]
    if len(others):
        b = others[0]
        turn = _area(points[a], points[b], points[order])
        off = np.flatnonzero(np.abs(turn) > 1e-12 * scale**2)
        if len(off):
            c = order[off[0]]
            return (int(a), int(b), int(c)) if turn[off[0]] > 0 else (int(b), int(a), int(c))
    raise ValueError("points on one line have no triangulation")


def _area(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Measures twice the signed area of triangles a, b, c: positive where they turn to the left."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])


def _in_circle(points: np.ndarray, mesh: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Tells which triangles' circles hold a new point, `(T,)` bool.

    For points a, b, c counter-clockwise the determinant of the rows (x, y, x² + y²), taken from the new point, is
    positive exactly when it lies inside their circle: the lifted points lie below a plane of the paraboloid.
    """
    a, b, c = (points[mesh[:, k]] - new for k in range(3))
    lift = [np.einsum("nk,nk->n", p, p) for p in (a, b, c)]
    zero = np.zeros(2)
    within = lift[0] * _area(zero, b, c) + lift[1] * _area(zero, c, a) + lift[2] * _area(zero, a, b) > 0
    for k in range(3):
        ghost = mesh[:, k] == GHOST
        start, end = points[mesh[ghost, (k + 1) % 3]], points[mesh[ghost, (k + 2) % 3]]
        turn = _area(start, end, new[None])
        between = np.einsum("nk,nk->n", new - start, new - end) < 0
        within[ghost] = (turn > 0) | ((turn == 0) & between)
    return within


def _star(cavity: np.ndarray, index: int) -> np.ndarray:
    """Joins the outline of the triangles that go to the new point, `(K, 3)`."""
    edges = np.stack([cavity, np.roll(cavity, -1, axis=1)], axis=2).reshape(-1, 2)
    keep = ~(edges[:, None] == edges[None, :, ::-1]).all(axis=2).any(axis=1)
    return np.insert(edges[keep], 2, index, axis=1)


def circumcircles(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the circles through the corners of triangles in a plane: centres `(T, 2)` and radii `(T,)`."""
    a = points[triangles[:, 0]]
    b, c = points[triangles[:, 1]] - a, points[triangles[:, 2]] - a
    double = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.column_stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb]) / double[:, None]
    return a + middle, np.linalg.norm(middle, axis=1)


def with_edges(points: np.ndarray, triangles: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Flips diagonals until a triangulation has the wanted edges (Sloan 1993), a constrained triangulation.

    Args:
        points: `(N, 2)`.
        triangles: `(T, 3)`, counter-clockwise.
        wanted: `(K, 2)`. One that crosses an earlier one, or passes through a point, is left out.

    Returns:
        `(T, 3)`.
    """
    triangles = np.array(triangles)
    kept: list[tuple[int, int]] = []
    for a, b in np.asarray(wanted).reshape(-1, 2).tolist():
        for turn in range(2 * len(triangles)):
            table = edge_table(triangles)
            rows = np.flatnonzero(_cross(points, table.ends, (a, b)))
            if not len(rows) or any(tuple(pair) in kept for pair in table.ends[rows].tolist()):
                break
            rows = rows[_cross(points, table.opposite[rows], table.ends[rows].T)]  # the quadrilateral is convex
            if not len(rows):
                break
            # Flips that end a crossing first; the others in turn, so that none is flipped to and fro.
            ends = ~_cross(points, table.opposite[rows], (a, b))
            row = rows[ends][0] if ends.any() else rows[turn % len(rows)]
            _flip(triangles, table, row)
        kept.append((min(a, b), max(a, b)))
    return triangles


def _cross(points: np.ndarray, pairs: np.ndarray, other: tuple | np.ndarray) -> np.ndarray:
    """Tells which segments between `(E, 2)` points cross another segment, or their own other one, `(E,)` bool."""
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    c, d = points[other[0]], points[other[1]]
    return (_area(a, b, c) * _area(a, b, d) < 0) & (_area(c, d, a) * _area(c, d, b) < 0)


def _flip(triangles: np.ndarray, table: EdgeTable, row: int) -> None:
    """Exchanges one diagonal (changes `triangles`)."""
    one, two = table.triangles[row]
    c, d = table.opposite[row]
    at = int((triangles[one] == c).argmax())
    start, end = triangles[one, (at + 1) % 3], triangles[one, (at + 2) % 3]
    triangles[one], triangles[two] = (c, start, d), (c, d, end)
