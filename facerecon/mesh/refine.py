"""More triangles only where the shape asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from facerecon.core.types import Mesh
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.edge_table import EdgeTable, edge_table
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import vertex_normals

ALIKE = 0.5
"""Cosine of the angle between two surfaces above which they can be one: a lip's inside is not its outside."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Points of a mesh whose place on the true surface is asked for."""

    points: np.ndarray
    "`(N, 3)`"
    normals: np.ndarray
    "`(N, 3)` unit, of the mesh"
    parts: np.ndarray
    "`(N,)` of the mesh; all 0 where it has none"


Project = Callable[[Asked], np.ndarray]
"""Gives `(N, 3)` where points belong on the true surface."""

_PATTERNS = {
    # Which edges are cut (1: a b, 2: b c, 4: c a) → triangles of corners a b c = 0 1 2 and the edges' middles 3 4 5.
    1: ((0, 3, 2), (3, 1, 2)),
    2: ((1, 4, 0), (4, 2, 0)),
    4: ((2, 5, 1), (5, 0, 1)),
    7: ((0, 3, 5), (1, 4, 3), (2, 5, 4), (3, 4, 5)),
}
_TWO_CUTS = {
    # Two edges cut → the triangles when the first of them is the longer one, and when the second one is.
    3: (((3, 1, 4), (0, 3, 2), (3, 4, 2)), ((3, 1, 4), (0, 3, 4), (0, 4, 2))),
    6: (((4, 2, 5), (1, 4, 0), (4, 5, 0)), ((4, 2, 5), (1, 4, 5), (1, 5, 0))),
    5: (((5, 0, 3), (3, 1, 2), (3, 2, 5)), ((5, 0, 3), (5, 3, 1), (5, 1, 2))),
}
"""Edges in the order (1, 2), (2, 4), (1, 4); the diagonal leaves from the middle of the longer one."""


def onto(truth: Mesh, within: float = np.inf) -> Project:
    """Gives what puts points on a surface: each on its own part, where the surface has several, and on its own side.

    Args:
        truth: the surface.
        within: points that lie farther from it stay where they are.
    """
    numbers = np.zeros(len(truth.triangles), np.int64) if truth.parts is None else truth.parts
    pieces = {part: truth.triangles[numbers == part] for part in np.unique(numbers).tolist()}
    normals = vertex_normals(truth.vertices, truth.triangles)
    surfaces = {part: Surface(truth.vertices, triangles) for part, triangles in pieces.items()}

    def project(asked: Asked) -> np.ndarray:
        found = np.array(asked.points)
        for part, surface in surfaces.items():
            rows = np.flatnonzero(asked.parts == part) if len(pieces) > 1 else np.arange(len(found))
            distance, triangle, weights = surface.nearest(found[rows])
            there = interpolate(truth.vertices, pieces[part], triangle, weights)
            facing = np.einsum("nk,nk->n", interpolate(normals, pieces[part], triangle, weights), asked.normals[rows])
            near = (distance <= within) & (facing > ALIKE)
            found[rows[near]] = there[near]
        return found

    return project


def put_on(mesh: Mesh, project: Project) -> Mesh:
    """Puts the vertices themselves on the true surface."""
    parts = np.zeros(len(mesh.vertices), np.int64)
    if mesh.parts is not None:
        parts[mesh.triangles] = mesh.parts[:, None]
    asked = Asked(mesh.vertices, vertex_normals(mesh.vertices, mesh.triangles), parts)
    return replace(mesh, vertices=project(asked))


def refine(mesh: Mesh, tolerance: float, project: Project | None = None, rounds: int = 6) -> Mesh:
    """Cuts edges until the surface is as near as wanted; see `refine_steps`."""
    *_, last = refine_steps(mesh, tolerance, project, rounds)
    return last


def refine_steps(mesh: Mesh, tolerance: float, project: Project | None = None, rounds: int = 6) -> Iterator[Mesh]:
    """Cuts every edge whose middle lies too far from the surface that is meant, and puts the middle there.

    By error, where the true surface is known: `project` tells it. By curvature otherwise: the surface that bends as the
    normals at the ends say, with the cubic that has these tangents (Vlachos et al. 2001, “Curved PN triangles”); its
    middle is off by the sagitta l² κ / 8. A triangle that is cut is cut at its longest edge too (Rivara 1984), so that
    no angle ever falls below half of the smallest at the start. uv are cut along, on their own topology.

    Args:
        mesh: any; borders stay straight unless `project` moves them.
        tolerance: in the vertices' unit.
        project: the true surface; None: by curvature.
        rounds: at most.

    Yields:
        The mesh as it is, then after each round, until nothing is to be cut.
    """
    yield mesh
    for _ in range(rounds):
        table = edge_table(mesh.triangles)
        offset = _offsets(mesh, table, project)
        marked = np.linalg.norm(offset, axis=1) > tolerance
        if not marked.any():
            return
        marked = with_longest(mesh.vertices, table, marked)
        count = len(mesh.vertices)
        mesh, _ = split(mesh, marked, table)
        vertices = mesh.vertices.copy()
        vertices[count:] += offset[marked]
        mesh = replace(mesh, vertices=vertices)
        yield mesh


def _offsets(mesh: Mesh, table: EdgeTable, project: Project | None) -> np.ndarray:
    """Finds how far the surface that is meant lies from each edge's middle, `(E, 3)`."""
    start, end = (mesh.vertices[side] for side in table.ends.T)
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    first, second = (normals[side] for side in table.ends.T)
    if project is not None:
        middle, between = (start + end) / 2, first + second
        between /= np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-12)
        parts = np.zeros(len(middle), np.int64) if mesh.parts is None else mesh.parts[table.triangles[:, 0]]
        return project(Asked(middle, between, parts)) - middle
    along = end - start
    rise = [np.einsum("ek,ek->e", along, normal)[:, None] * normal for normal in (first, second)]
    return np.where((table.count == 2)[:, None], (rise[1] - rise[0]) / 8, 0)


def with_longest(vertices: np.ndarray, table: EdgeTable, marked: np.ndarray) -> np.ndarray:
    """Marks the longest edge of every triangle that has a marked one, `(E,)` bool, until no more has to be marked."""
    longest = _lengths(vertices, table)[table.of_triangle].argmax(axis=1)
    longest = np.take_along_axis(table.of_triangle, longest[:, None], axis=1)[:, 0]
    marked = marked.copy()
    while True:
        new = longest[marked[table.of_triangle].any(axis=1)]
        if marked[new].all():
            return marked
        marked[new] = True


def _lengths(vertices: np.ndarray, table: EdgeTable) -> np.ndarray:
    return np.linalg.norm(vertices[table.ends[:, 0]] - vertices[table.ends[:, 1]], axis=1)


def split(mesh: Mesh, marked: np.ndarray, table: EdgeTable | None = None) -> tuple[Mesh, csr_matrix]:
    """Cuts marked edges in the middle and the triangles beside them into two, three or four.

    Args:
        mesh: any.
        marked: `(E,)` bool, in the order of its edge table.
        table: of its triangles.

    Returns:
        The mesh: its old vertices, then a new one a marked edge; and the `(V2, V)` matrix that maps data by vertex.
    """
    table = table or edge_table(mesh.triangles)
    codes = (marked[table.of_triangle] * (1, 2, 4)).sum(axis=1)
    lengths = _lengths(mesh.vertices, table)[table.of_triangle]
    count = len(mesh.vertices)
    middles = np.where(marked, count + np.cumsum(marked) - 1, -1)[table.of_triangle]
    triangles, parent = _cut(mesh.triangles, middles, codes, lengths)
    uv, uv_triangles = mesh.uv, mesh.uv_triangles
    if uv_triangles is not None:
        uv_table = edge_table(uv_triangles)
        cut = np.zeros(len(uv_table.ends), dtype=bool)
        cut[uv_table.of_triangle[marked[table.of_triangle]]] = True
        uv_middles = np.where(cut, len(uv) + np.cumsum(cut) - 1, -1)[uv_table.of_triangle]
        uv_triangles, _ = _cut(uv_triangles, uv_middles, codes, lengths)
        uv = np.concatenate([uv, uv[uv_table.ends[cut]].mean(axis=1)])
    ends, new = table.ends[marked], np.arange(int(marked.sum()))
    rows, columns = np.r_[np.arange(count), np.repeat(count + new, 2)], np.r_[np.arange(count), ends.ravel()]
    values = np.r_[np.ones(count), np.full(2 * len(new), 0.5)]
    matrix = coo_matrix((values, (rows, columns)), (count + len(new), count)).tocsr()
    parts = None if mesh.parts is None else mesh.parts[parent]
    return Mesh(matrix @ mesh.vertices, triangles, uv, uv_triangles, parts, mesh.part_names), matrix


def _cut(
    triangles: np.ndarray, middles: np.ndarray, codes: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Puts each triangle's pattern in its place: the new triangles, and which old one each comes from."""
    six = np.concatenate([triangles, middles], axis=1)
    whole = np.flatnonzero(codes == 0)
    pieces, parents = [triangles[whole]], [whole]
    choices = [(np.flatnonzero(codes == code), pattern) for code, pattern in _PATTERNS.items()]
    for code, patterns in _TWO_CUTS.items():
        first, second = (k for k in range(3) if code >> k & 1)
        longer = lengths[:, first] >= lengths[:, second]
        choices += [
            (np.flatnonzero((codes == code) & (longer == wanted)), pattern)
            for wanted, pattern in zip((True, False), patterns, strict=True)
        ]
    for rows, pattern in choices:
        pieces.append(six[rows][:, list(pattern)].reshape(-1, 3))
        parents.append(np.repeat(rows, len(pattern)))
    parent = np.concatenate(parents)
    order = np.argsort(parent, kind="stable")
    return np.concatenate(pieces)[order], parent[order]
