"""Makes a surface of what is only nearly one: twins, needles, forks, pinches, wrong windings, holes, folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from facerecon.core.types import Mesh
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.holes import fill_loop
from facerecon.geometry.intersections import self_intersections
from facerecon.geometry.topology import border_loops, corner_fans, enclosed_volume, pieces

LARGEST_HOLE = 60
"""Edges of the longest border that counts as a hole."""
CRUMB = 4
"""Triangles of a piece that is too small to be one."""
ATTEMPTS = 3
KEPT = 0.9
"""Share of the triangles that untangling must leave."""


@dataclass(frozen=True, eq=False)
class Repair:
    """A mended mesh, and what was done to it; its uv are gone where new triangles had to be made."""

    mesh: Mesh
    "the result"
    welded: int
    "vertices that lay at the place of another one, or were used by no triangle"
    dropped: int
    "triangles without area, or twins of others"
    cut: int
    "vertices made to tell apart sheets that met at an edge or a point"
    crumbs: int
    "triangles of pieces that were next to nothing, such as fins once they are cut off"
    turned: int
    "triangles whose winding was reversed"
    filled: int
    "holes"
    untangled: int
    "pairs of triangles of one piece that ran through each other and do no more"
    tangled: int
    "pairs that still do; an eyeball that runs through its lids is a piece of its own and no fault"


def repair(mesh: Mesh, tolerance: float = 1e-6, largest_hole: int = LARGEST_HOLE, untangle: bool = True) -> Repair:
    """Mends a mesh, step by step as listed in `Repair`.

    Args:
        mesh: any triangles.
        tolerance: in the vertices' unit: vertices that are no further apart are one.
        largest_hole: edges of the longest border that is closed; 0: holes are left.
        untangle: whether triangles that run through each other are cut out and the gap is filled.
    """
    welded, count = _weld(mesh, tolerance)
    clean = _drop(welded)
    dropped = len(welded.triangles) - len(clean.triangles)
    apart, cut = cut_apart(clean)
    solid = _without_crumbs(apart)
    alike, turned = _wind_alike(solid)
    whole, filled = _fill(alike, largest_hole)
    before = after = 0
    if untangle:
        whole, before, after = _untangle(whole)
    crumbs = len(apart.triangles) - len(solid.triangles)
    return Repair(whole, count, dropped, cut, crumbs, turned, filled, before - after, after)


def _weld(mesh: Mesh, tolerance: float) -> tuple[Mesh, int]:
    """Joins vertices at one place; uv stay as they are."""
    scale = max(tolerance, 1e-12)
    used = np.unique(mesh.triangles)
    _, first, place = np.unique(
        np.round(mesh.vertices[used] / scale).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    onto = np.zeros(len(mesh.vertices), dtype=np.int64)
    onto[used] = place.ravel()
    return replace(mesh, vertices=mesh.vertices[used[first]], triangles=onto[mesh.triangles]), len(mesh.vertices) - len(
        first
    )


def _rows(mesh: Mesh, rows: np.ndarray) -> Mesh:
    """Keeps some triangles."""
    uv = None if mesh.uv_triangles is None else mesh.uv_triangles[rows]
    parts = None if mesh.parts is None else mesh.parts[rows]
    return replace(mesh, triangles=mesh.triangles[rows], uv_triangles=uv, parts=parts)


def _drop(mesh: Mesh) -> Mesh:
    """Drops triangles that are no triangles, and all but one of those with the same corners."""
    a, b, c = (mesh.vertices[mesh.triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    longest = ((b - a) ** 2).sum(axis=1) + ((c - b) ** 2).sum(axis=1) + ((a - c) ** 2).sum(axis=1)
    good = np.flatnonzero(area > 1e-12 * longest)
    _, first = np.unique(np.sort(mesh.triangles[good], axis=1), axis=0, return_index=True)
    return _rows(mesh, np.sort(good[first]))


def cut_apart(mesh: Mesh) -> tuple[Mesh, int]:
    """Gives each fan of triangles a vertex of its own, so that no edge has three triangles and no point two fans.

    Returns:
        The mesh, its vertices in the old order without those that no triangle uses, and how many were made.
    """
    fans = corner_fans(mesh.triangles)
    corners, fan = mesh.triangles.ravel(), fans.ravel()
    _, first, which = np.unique(fan, return_index=True, return_inverse=True)
    order = np.argsort(corners[first], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    new = len(first) - len(np.unique(corners))
    return replace(mesh, vertices=mesh.vertices[corners[first[order]]], triangles=place[which].reshape(-1, 3)), new


def _without_crumbs(mesh: Mesh) -> Mesh:
    """Drops pieces of too few triangles."""
    if not len(mesh.triangles):
        return mesh
    piece = pieces(mesh.triangles)
    large = np.bincount(piece)[piece] >= CRUMB
    kept = _rows(mesh, np.flatnonzero(large))
    used, triangles = np.unique(kept.triangles, return_inverse=True)
    return replace(kept, vertices=kept.vertices[used], triangles=triangles.reshape(-1, 3))


def _wind_alike(mesh: Mesh) -> tuple[Mesh, int]:
    """Turns triangles so that neighbours wind alike, as most of each piece do, and closed pieces enclose a volume.

    Each triangle stands twice in a graph, as it is and reversed, joined to the neighbours that wind like it: the
    pieces of that graph are the ways to wind the pieces of the surface. Where both ways are one, it has one side only.
    """
    triangles, table = mesh.triangles, edge_table(mesh.triangles)
    inside = table.count == 2
    one, two = table.triangles[inside].T
    start = table.ends[inside, :1]
    # Whether a triangle passes the edge from the smaller to the greater vertex.
    passes = []
    for side in (one, two):
        at = (triangles[side] == start).argmax(axis=1)
        passes.append(triangles[side, (at + 1) % 3] == table.ends[inside, 1])
    same = passes[0] != passes[1]
    count = len(triangles)
    shift = np.where(same, 0, count)
    rows, columns = np.r_[one, one + count], np.r_[two + shift, (two + count - shift) % (2 * count)]
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), (2 * count, 2 * count))
    piece = connected_components(graph, directed=False)[1]
    sheet = np.minimum(piece[:count], piece[count:])
    reverse = piece[:count] != sheet
    for name in np.unique(sheet):
        mine = np.flatnonzero(sheet == name)
        if 2 * reverse[mine].sum() > len(mine):
            reverse[mine] = ~reverse[mine]
        wound = np.where(reverse[mine, None], triangles[mine, ::-1], triangles[mine])
        closed = not len(border_loops(wound))
        if closed and enclosed_volume(mesh.vertices, wound) < 0:
            reverse[mine] = ~reverse[mine]
    return _reversed(mesh, reverse), int(reverse.sum())


def _reversed(mesh: Mesh, which: np.ndarray) -> Mesh:
    """Reverses the winding of some triangles."""
    triangles = np.where(which[:, None], mesh.triangles[:, ::-1], mesh.triangles)
    uv = mesh.uv_triangles
    uv = None if uv is None else np.where(which[:, None], uv[:, ::-1], uv)
    return replace(mesh, triangles=triangles, uv_triangles=uv)


def _outlines(mesh: Mesh) -> set[bytes]:
    """Names the borders by where they lie."""
    return {np.sort(mesh.vertices[loop], axis=0).tobytes() for loop in border_loops(mesh.triangles)}


def _fill(mesh: Mesh, largest: int, leave: set[bytes] = frozenset()) -> tuple[Mesh, int]:
    """Closes holes but those to leave; new triangles have no uv of their own, so the mesh has none any more."""
    holes = [loop for loop in border_loops(mesh.triangles) if 3 <= len(loop) <= largest]
    holes = [loop for loop in holes if np.sort(mesh.vertices[loop], axis=0).tobytes() not in leave]
    if not holes:
        return mesh, 0
    vertices, parts = mesh.vertices, mesh.parts
    size = len(vertices) + len(holes)
    known = set((edge_table(mesh.triangles).ends @ (size, 1)).tolist())
    lids = []
    for loop in holes:
        lid = fill_loop(vertices, loop)
        ends = edge_table(lid).ends
        chords = set((ends @ (size, 1)).tolist()) - set(
            (np.sort(np.c_[loop, np.roll(loop, 1)], axis=1) @ (size, 1)).tolist()
        )
        if chords & known:
            # A chord that is an edge already would get more triangles than two: a fan around the middle has none.
            lid = np.column_stack([np.roll(loop, -1), loop, np.full(len(loop), len(vertices))])
            vertices = np.concatenate([vertices, vertices[loop].mean(axis=0, keepdims=True)])
        known |= chords
        lids.append(lid)
    if parts is not None:
        of_vertex = np.zeros(len(vertices), dtype=np.int64)
        of_vertex[mesh.triangles] = parts[:, None]
        parts = np.concatenate(
            [parts, *(np.full(len(lid), of_vertex[loop[0]]) for lid, loop in zip(lids, holes, strict=True))]
        )
    triangles = np.concatenate([mesh.triangles, *lids])
    return Mesh(vertices, triangles, parts=parts, part_names=mesh.part_names), len(holes)


def _untangle(mesh: Mesh) -> tuple[Mesh, int, int]:
    """Cuts out triangles that run through each other, a ring wider each time, and fills the gaps (Attene 2010).

    What gets worse by that is not done. Gives the mesh, and how many pairs there were before and after.
    """
    pairs = _tangles(mesh)
    before = left = len(pairs)
    for rings in range(1, ATTEMPTS + 1):
        if not left:
            break
        bad = np.zeros(len(mesh.vertices), dtype=bool)
        out = np.unique(pairs)
        for _ in range(rings):
            bad[mesh.triangles[out]] = True
            out = np.flatnonzero(bad[mesh.triangles].any(axis=1))
        rest = cut_apart(_rows(mesh, np.setdiff1d(np.arange(len(mesh.triangles)), out)))[0]
        mended = _fill(rest, LARGEST_HOLE, _outlines(mesh))[0]
        found = _tangles(mended)
        holes = len(border_loops(mended.triangles)) > len(border_loops(mesh.triangles))
        if len(found) < left and not holes and len(mended.triangles) > KEPT * len(mesh.triangles):
            mesh, pairs, left = mended, found, len(found)
    return mesh, before, left


def _tangles(mesh: Mesh) -> np.ndarray:
    """Finds the pairs of triangles of one piece that run through each other, `(P, 2)`."""
    pairs = self_intersections(mesh.vertices, mesh.triangles)
    piece = pieces(mesh.triangles)
    return pairs[piece[pairs[:, 0]] == piece[pairs[:, 1]]]
