"""New triangles for the same surface: even ones, smaller where it bends, along its sharp edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_matrix, diags

from facerecon.core.types import Mesh
from facerecon.geometry import collapse
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.curvature import curvature
from facerecon.geometry.edge_table import EdgeTable, edge_table
from facerecon.geometry.flips import even_valences
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import vertex_normals
from facerecon.mesh.collapsing import collapsed, compact, refused, uv_targets
from facerecon.mesh.creases import creases
from facerecon.mesh.refine import split

TOO_LONG, TOO_SHORT = 4 / 3, 4 / 5
"""Of the wanted length: halves of what is longer, and what is left of what is shorter, come nearer to it."""
COLLAPSE_ROUNDS = 6


def remesh(mesh: Mesh, length: float, **options: float | int | None) -> Mesh:
    """Gives the surface new, even triangles; see `remesh_steps`."""
    *_, last = remesh_steps(mesh, length, **options)
    return last


def remesh_steps(
    mesh: Mesh, length: float, tolerance: float | None = None, sharp: float = np.radians(50), times: int = 5
) -> Iterator[Mesh]:
    """Splits long edges, collapses short ones, flips, and relaxes along the surface (Botsch and Kobbelt 2004).

    Borders, sharp edges and uv seams keep their place: their vertices move along them only by splits and collapses.
    Other vertices take the uv of the place where they come to lie, interpolated in the triangle that was there, so that
    a texture stays where it was.

    Args:
        mesh: any whose edges have at most two triangles; parts keep their outlines.
        length: of edges, in the vertices' unit.
        tolerance: None: the same length everywhere. Otherwise edges are so long that a chord strays by about this from
            the surface, l = √(6 ε / κ - 3 ε²) (Dunyach et al. 2013), between a quarter of `length` and `length`.
        sharp: radians: where the surface turns by more at an edge, the edge stays.
        times: rounds.

    Yields:
        The mesh, then after each round.
    """
    original = Surface(mesh.vertices, mesh.triangles)
    wanted = _lengths(mesh, length, tolerance)
    yield mesh
    now, size = mesh, wanted
    for _ in range(times):
        now, size = _split_long(now, size)
        now, size = _collapse_short(now, size, sharp)
        now = _flip(now, sharp)
        now, triangle, weights = _onto(original, mesh, now, _relaxed(now, sharp), sharp)
        size = interpolate(wanted[:, None], mesh.triangles, triangle, weights)[:, 0]
        yield now


def _lengths(mesh: Mesh, length: float, tolerance: float | None) -> np.ndarray:
    """Gives the wanted length at each vertex, `(V,)`, without jumps between neighbours."""
    if tolerance is None:
        return np.full(len(mesh.vertices), length)
    bend = curvature(mesh.vertices, mesh.triangles).strongest
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.sqrt(np.maximum(6 * tolerance / bend - 3 * tolerance**2, 0))
    wanted = np.clip(np.where(np.isfinite(bend), wanted, length), length / 4, length)
    a, b = edge_table(mesh.triangles).ends.T
    for _ in range(3):
        least = wanted.copy()
        np.minimum.at(least, a, wanted[b] * 1.5)
        np.minimum.at(least, b, wanted[a] * 1.5)
        wanted = least
    return wanted


def _edge_lengths(mesh: Mesh, table: EdgeTable, size: np.ndarray) -> np.ndarray:
    """Measures edges in wanted lengths, `(E,)`."""
    a, b = table.ends.T
    return np.linalg.norm(mesh.vertices[a] - mesh.vertices[b], axis=1) / np.minimum(size[a], size[b])


def _split_long(mesh: Mesh, size: np.ndarray) -> tuple[Mesh, np.ndarray]:
    for _ in range(5):
        table = edge_table(mesh.triangles)
        long = _edge_lengths(mesh, table, size) > TOO_LONG
        if not long.any():
            break
        mesh, matrix = split(mesh, long, table)
        size = matrix @ size
    return mesh, size


def _collapse_short(mesh: Mesh, size: np.ndarray, sharp: float) -> tuple[Mesh, np.ndarray]:
    count = len(mesh.vertices)
    for _ in range(COLLAPSE_ROUNDS):
        table = edge_table(mesh.triangles)
        cost = np.repeat(_edge_lengths(mesh, table, size)[:, None], 2, axis=1)
        cost[(cost >= TOO_SHORT) | ~collapse.along_creases(table, creases(mesh, table, sharp), count)] = np.inf
        target, edge, price = collapse.cheapest(table, cost, count)
        uv_target = uv_targets(mesh, table, target, edge)
        price[refused(mesh, table, target, edge, uv_target) | _stretches(mesh, table, target, size)] = np.inf
        chosen = np.flatnonzero(collapse.independent(table, price))
        if not len(chosen):
            break
        mesh = collapsed(mesh, chosen, target, uv_target)
    mesh, used = compact(mesh)
    return mesh, size[used]


def _stretches(mesh: Mesh, table: EdgeTable, target: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Tells for which vertices a collapse would make an edge that is too long, `(V,)` bool."""
    bad = np.zeros(len(target), dtype=bool)
    for here, there in (table.ends.T, table.ends[:, ::-1].T):
        goes = target[here] >= 0
        here, there, new = here[goes], there[goes], target[here[goes]]
        length = np.linalg.norm(mesh.vertices[new] - mesh.vertices[there], axis=1)
        bad[here[length > TOO_LONG * np.minimum(size[new], size[there])]] = True
    return bad


def _flip(mesh: Mesh, sharp: float) -> Mesh:
    table = edge_table(mesh.triangles)
    keep = table.ends[creases(mesh, table, sharp)]
    triangles, uv_triangles = even_valences(mesh.vertices, mesh.triangles, keep, mesh.uv, mesh.uv_triangles)
    return replace(mesh, triangles=triangles, uv_triangles=uv_triangles)


def _relaxed(mesh: Mesh, sharp: float) -> np.ndarray:
    """Moves vertices that lie on no crease towards their neighbours' centre of mass, along the surface only."""
    table, count = edge_table(mesh.triangles), len(mesh.vertices)
    a, b = table.ends.T
    area = np.maximum(vertex_areas(mesh.vertices, mesh.triangles), 1e-12)
    pull = coo_matrix((np.r_[area[b], area[a]], (np.r_[a, b], np.r_[b, a])), (count, count)).tocsr()
    centre = diags(1 / np.maximum(np.asarray(pull.sum(axis=1)).ravel(), 1e-12)) @ (pull @ mesh.vertices)
    step = centre - mesh.vertices
    normal = vertex_normals(mesh.vertices, mesh.triangles)
    step -= np.einsum("vk,vk->v", step, normal)[:, None] * normal
    step[table.ends[creases(mesh, table, sharp)]] = 0
    vertices = mesh.vertices + 0.7 * step
    # A step that would turn a triangle over is not taken, nor are its neighbours'.
    for _ in range(5):
        before = np.cross(*_sides(mesh.vertices, mesh.triangles))
        over = np.einsum("tk,tk->t", before, np.cross(*_sides(vertices, mesh.triangles))) <= 0
        if not over.any():
            break
        vertices[mesh.triangles[over]] = mesh.vertices[mesh.triangles[over]]
    return vertices


def _sides(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return b - a, c - a


def _onto(
    original: Surface, source: Mesh, mesh: Mesh, relaxed: np.ndarray, sharp: float
) -> tuple[Mesh, np.ndarray, np.ndarray]:
    """Puts vertices that lie on no crease back onto the original surface, with the uv that is there.

    Args:
        original: surface of `source`.
        source: the mesh at the start.
        mesh: as it is now.
        relaxed: `(V, 3)` where its vertices want to go.
        sharp: radians.

    Returns:
        The mesh; and the original triangles `(V,)` nearest to its vertices, with the weights in them `(V, 3)`.
    """
    _, triangle, weights = original.nearest(relaxed)
    table = edge_table(mesh.triangles)
    moves = np.ones(len(mesh.vertices), dtype=bool)
    moves[table.ends[creases(mesh, table, sharp)]] = False
    places = interpolate(source.vertices, source.triangles, triangle, weights)
    if mesh.uv is None:
        return replace(mesh, vertices=np.where(moves[:, None], places, relaxed)), triangle, weights
    # A vertex on no crease has one uv, the same in all its triangles.
    row = np.zeros(len(mesh.vertices), dtype=np.int64)
    row[mesh.triangles] = mesh.uv_triangles
    coordinates = interpolate(source.uv, source.uv_triangles, triangle, weights)
    moves &= ~_leaves_its_ring(mesh, row, coordinates)
    normal, area = np.cross(*_sides(mesh.vertices, mesh.triangles)), collapse.flat_area(mesh.uv[mesh.uv_triangles])
    while True:
        vertices, uv = mesh.vertices.copy(), mesh.uv.copy()
        vertices[moves], uv[row[moves]] = places[moves], coordinates[moves]
        over = (area * collapse.flat_area(uv[mesh.uv_triangles]) <= 0) & (area != 0)
        over |= np.einsum("tk,tk->t", normal, np.cross(*_sides(vertices, mesh.triangles))) < 0
        over &= moves[mesh.triangles].any(axis=1)
        if not over.any():
            return replace(mesh, vertices=vertices, uv=uv), triangle, weights
        moves[mesh.triangles[over]] = False


def _leaves_its_ring(mesh: Mesh, row: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Tells which vertices would go farther in uv than their neighbours lie: over a seam, elsewhere in the picture.

    Args:
        mesh: with uv.
        row: `(V,)` the uv of each vertex.
        coordinates: `(V, 2)` where it would go.

    Returns:
        `(V,)` bool.
    """
    reach = np.zeros(len(row))
    for k in range(3):
        for other in ((k + 1) % 3, (k + 2) % 3):
            apart = np.linalg.norm(mesh.uv[mesh.uv_triangles[:, k]] - mesh.uv[mesh.uv_triangles[:, other]], axis=1)
            np.maximum.at(reach, mesh.triangles[:, k], apart)
    return np.linalg.norm(coordinates - mesh.uv[row], axis=1) > reach
