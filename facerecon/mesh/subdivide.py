"""Loop subdivision: every triangle becomes four, and the surface smooth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from facerecon.core.types import Mesh


@dataclass(frozen=True, eq=False)
class _Edges:
    """The undirected edges of some triangles."""

    ends: np.ndarray
    "`(E, 2)` vertices, the smaller first"
    of_triangle: np.ndarray
    "`(T, 3)` rows of `ends`: edge k runs from corner k to the next"
    crease: np.ndarray
    "`(E,)` bool: not between exactly two triangles (a border, or a place where the surface is no surface)"


def subdivide(mesh: Mesh, smooth: bool = True) -> tuple[Mesh, csr_matrix]:
    """Cuts every triangle into four at the middles of its edges.

    Vertex v of the mesh stays row v; the new vertices follow, one an edge. Triangle t becomes the rows 4t to 4t + 3:
    its three corners in order, then its middle. uv is cut at the same edges on its own topology and never smoothed, so
    that the outlines of the islands, and a texture, stay where they are.

    Args:
        mesh: any triangle mesh; borders are allowed.
        smooth: whether vertices move by Loop's rule (Loop 1987, “Smooth subdivision surfaces based on triangles”;
            borders are cubic B-splines); otherwise every vertex stays and new ones lie on their edges.

    Returns:
        The finer mesh, and the `(V2, V)` matrix that maps any data by vertex (positions, morphs, colours) to it.
    """
    count = len(mesh.vertices)
    edges = _edges(mesh.triangles, count)
    matrix = _loop_matrix(mesh.triangles, edges, count) if smooth else _middle_matrix(edges, count)
    uv, uv_triangles = mesh.uv, mesh.uv_triangles
    if uv is not None and uv_triangles is not None:
        uv_edges = _edges(uv_triangles, len(uv))
        uv = _middle_matrix(uv_edges, len(uv)) @ uv
        uv_triangles = _split(uv_triangles, uv_edges, len(mesh.uv))
    finer = Mesh(
        vertices=matrix @ mesh.vertices,
        triangles=_split(mesh.triangles, edges, count),
        uv=uv,
        uv_triangles=uv_triangles,
        parts=None if mesh.parts is None else np.repeat(mesh.parts, 4),
        part_names=mesh.part_names,
    )
    return finer, matrix


def _edges(triangles: np.ndarray, count: int) -> _Edges:
    """Finds the edges of `(T, 3)` triangles over `count` vertices."""
    pairs = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    keys, of_triangle, times = np.unique(pairs[:, 0] * count + pairs[:, 1], return_inverse=True, return_counts=True)
    return _Edges(np.column_stack([keys // count, keys % count]), of_triangle.reshape(-1, 3), times != 2)


def _split(triangles: np.ndarray, edges: _Edges, count: int) -> np.ndarray:
    """Gives the `(4T, 3)` triangles; the middle of edge e is vertex `count + e`."""
    a, b, c = triangles.T
    ab, bc, ca = edges.of_triangle.T + count
    return np.stack([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca], axis=1).reshape(-1, 3)


def _matrix(entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]], rows: int, columns: int) -> csr_matrix:
    """Sums (row, column, value) entries into a matrix."""
    row, column, value = (np.concatenate([np.atleast_1d(entry[k]) for entry in entries]) for k in range(3))
    return coo_matrix((value, (row, column)), shape=(rows, columns)).tocsr()


def _middle_matrix(edges: _Edges, count: int) -> csr_matrix:
    """Keeps every vertex and puts the new ones in the middles of the edges."""
    old, new = np.arange(count), count + np.arange(len(edges.ends))
    half = np.full(len(new), 0.5)
    entries = [(old, old, np.ones(count)), (new, edges.ends[:, 0], half), (new, edges.ends[:, 1], half)]
    return _matrix(entries, count + len(new), count)


def _loop_matrix(triangles: np.ndarray, edges: _Edges, count: int) -> csr_matrix:
    """Builds Loop's masks.

    Inside, a new vertex is 3/8 of each end and 1/8 of each opposite corner, an old one keeps 1 - n b and takes b of
    each of its n neighbours. On a crease: 1/2, 1/2 and 1/8, 3/4, 1/8; a vertex where other than two creases meet stays.
    """
    ends, crease = edges.ends, edges.crease
    new = count + np.arange(len(ends))
    share = np.where(crease, 1 / 2, 3 / 8)
    entries = [(new, ends[:, 0], share), (new, ends[:, 1], share)]
    for k in range(3):
        edge = edges.of_triangle[:, k]
        soft = ~crease[edge]
        entries.append((new[edge[soft]], triangles[soft, k - 1], np.full(soft.sum(), 1 / 8)))

    start, end = np.concatenate([ends, ends[:, ::-1]]).T
    sharp = np.concatenate([crease, crease])
    creases = np.bincount(start[sharp], minlength=count)
    valence = np.maximum(np.bincount(start, minlength=count), 1)
    beta = (5 / 8 - (3 / 8 + np.cos(2 * np.pi / valence) / 4) ** 2) / valence
    inside = (creases == 0) & (np.bincount(start, minlength=count) > 0)
    weight = np.where(inside[start], beta[start], np.where(sharp & (creases[start] == 2), 1 / 8, 0))
    old = np.arange(count)
    used = weight > 0
    taken = np.bincount(start, weight, minlength=count)
    entries += [(old, old, 1 - taken), (start[used], end[used], weight[used])]
    return _matrix(entries, count + len(ends), count)
