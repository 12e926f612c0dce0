"""New triangles for the same surface: even ones, smaller where it bends, along its sharp edges."""

from __future__ import annotations

from collections.abc import Iterator

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

    Borders and sharp edges keep their place: their vertices move along them only by splits and collapses. uv are not
    kept, for new triangles lie across old seams; a texture is baked again.

    Args:
        mesh: any whose edges have at most two triangles; parts keep their outlines.
        length: of edges, in the vertices' unit.
        tolerance: None: the same length everywhere. Otherwise edges are so long that a chord strays by about this from
            the surface, l = √(6 ε / κ - 3 ε²) (Dunyach et al. 2013), between a quarter of `length` and `length`.
        sharp: radians: where the surface turns by more at an edge, the edge stays.
        times: rounds.

    Yields:
        The mesh without uv, then after each round.
    """
    original = Surface(mesh.vertices, mesh.triangles)
    wanted = _lengths(mesh, length, tolerance)
    now = Mesh(mesh.vertices, mesh.triangles, parts=mesh.parts, part_names=mesh.part_names)
    yield now
    size = wanted
    for _ in range(times):
        now, size = _split_long(now, size)
        now, size = _collapse_short(now, size, sharp)
        now = _flip(now, sharp)
        now = _relax(now, sharp)
        vertices, triangle, weights = _onto(original, mesh, now, sharp)
        size = interpolate(wanted[:, None], mesh.triangles, triangle, weights)[:, 0]
        now = Mesh(vertices, now.triangles, parts=now.parts, part_names=now.part_names)
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
        bad = collapse.turns_over(mesh.vertices, mesh.triangles, target)
        bad |= collapse.changes_topology(table, target, edge) | _stretches(mesh, table, target, size)
        price[bad] = np.inf
        chosen = np.flatnonzero(collapse.independent(table, price))
        if not len(chosen):
            break
        onto = np.arange(count)
        onto[chosen] = target[chosen]
        triangles = onto[mesh.triangles]
        left = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
        parts = None if mesh.parts is None else mesh.parts[left]
        mesh = Mesh(mesh.vertices, triangles[left], parts=parts, part_names=mesh.part_names)
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    shape = mesh.vertices[used], triangles.reshape(-1, 3)
    return Mesh(*shape, parts=mesh.parts, part_names=mesh.part_names), size[used]


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
    triangles = even_valences(mesh.vertices, mesh.triangles, table.ends[creases(mesh, table, sharp)])
    return Mesh(mesh.vertices, triangles, parts=mesh.parts, part_names=mesh.part_names)


def _relax(mesh: Mesh, sharp: float) -> Mesh:
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
    return Mesh(vertices, mesh.triangles, parts=mesh.parts, part_names=mesh.part_names)


def _sides(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return b - a, c - a


def _onto(original: Surface, source: Mesh, mesh: Mesh, sharp: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Puts vertices that lie on no crease back onto the original surface: places, its triangles, weights in them."""
    _, triangle, weights = original.nearest(mesh.vertices)
    found = interpolate(source.vertices, source.triangles, triangle, weights)
    table = edge_table(mesh.triangles)
    stays = np.zeros(len(mesh.vertices), dtype=bool)
    stays[table.ends[creases(mesh, table, sharp)]] = True
    return np.where(stays[:, None], mesh.vertices, found), triangle, weights
