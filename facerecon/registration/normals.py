"""Normals of a cloud: from its triangles, or by local principal axes, consistently oriented out of the surface."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.registration.clouds import unit
from facerecon.registration.pyramid import evenly

NEIGHBOURS = 20
MOST = 10_000
"points that planes are fitted at; of more, each takes the normal of the nearest that has one"
GRAPH_NEIGHBOURS = 8
_BLOCK = 20_000


def with_normals(cloud: PointCloud) -> PointCloud:
    """Gives a cloud that has normals: its own, of length 1, or those of its triangles, or of its neighbourhoods."""
    if cloud.normals is not None:
        normals = unit(np.nan_to_num(cloud.normals, posinf=0, neginf=0))
    elif cloud.triangles is not None and len(cloud.triangles):
        normals = vertex_normals(cloud.points, cloud.triangles)
    else:
        normals = np.zeros(cloud.points.shape)
    absent = ~normals.any(axis=1)
    if absent.all():
        normals = estimate_normals(cloud.points)
    elif absent.any():
        known = np.flatnonzero(~absent)
        normals = normals.copy()
        normals[absent] = normals[known[cKDTree(cloud.points[known]).query(cloud.points[absent])[1]]]
    return PointCloud(cloud.points, normals, cloud.colours, cloud.triangles)


def estimate_normals(points: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Finds `(N, 3)` unit normals: the axis of least spread of each point's neighbours (Hoppe et al. 1992).

    Their signs are carried from point to point along the tree that bends least; each connected piece as a whole then
    looks away from the middle of the cloud.

    Args:
        points: `(N, 3)`, at least three.
        neighbours: how many points a plane is fitted to.
    """
    some = evenly(len(points), MOST)
    if len(some) < len(points):
        return estimate_normals(points[some], neighbours)[cKDTree(points[some]).query(points, workers=-1)[1]]
    tree = cKDTree(points)
    count = min(neighbours, len(points))
    normals, near = np.empty(points.shape), np.empty((len(points), min(GRAPH_NEIGHBOURS, count)), dtype=np.int64)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        index = tree.query(points[block], k=count, workers=-1)[1].reshape(-1, count)
        around = points[index]
        around = around - around.mean(axis=1, keepdims=True)
        normals[block] = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around))[1][:, :, 0]
        near[block] = index[:, : near.shape[1]]
    return _oriented(points, normals, near)


def _oriented(points: np.ndarray, normals: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Turns normals `(N, 3)` over where needed, along the graph of neighbours `near` `(N, K)`."""
    count = len(points)
    start, end = np.arange(count).repeat(near.shape[1]), near.ravel()
    agreement = np.einsum("nk,nk->n", normals[start], normals[end])
    # A weight of 0 would mean "no edge" to a sparse graph.
    bending = 1 - np.abs(agreement) + 1e-6
    forest = minimum_spanning_tree(csr_matrix((bending, (start, end)), shape=(count, count)))
    pieces, piece = connected_components(forest, directed=False)
    flips = np.ones(count)
    parent = np.arange(count)
    # One tree of all pieces: a further node that every piece hangs on.
    first = np.unique(piece, return_index=True)[1]
    coo = forest.tocoo()
    rows, columns = np.append(coo.row, np.full(pieces, count)), np.append(coo.col, first)
    joined = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count + 1, count + 1))
    ancestors = breadth_first_order(joined, count, directed=False)[1][:count]
    inner = ancestors < count
    parent[inner] = ancestors[inner]
    flips[inner] = np.where(np.einsum("nk,nk->n", normals[inner], normals[parent[inner]]) < 0, -1.0, 1.0)
    while True:  # pointer doubling: each node's sign becomes the product up to its root
        further = parent[parent]
        if np.array_equal(further, parent):
            break
        flips, parent = flips * flips[parent], further
    turned = normals * flips[:, None]
    outward = np.einsum("nk,nk->n", turned, points - np.median(points, axis=0))
    sums = np.bincount(piece, outward, minlength=pieces)
    return turned * np.where(sums < 0, -1.0, 1.0)[piece, None]
