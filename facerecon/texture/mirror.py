"""The other side of the face: which point mirrors each vertex, found on a symmetric head."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape
from facerecon.geometry.nearest import nearest_on_surface

_SAME_MM = 1e-3


def mirror_matrix(vertices: np.ndarray, triangles: np.ndarray) -> csr_matrix:
    """Builds the `(V, V)` matrix that carries data by vertex to the mirrored vertices.

    Row v holds the barycentric coordinates of the surface point nearest to vertex v mirrored in x = 0: one 1 where the
    mesh has a vertex there. Applied to the vertices of any face it gives the points that mirror them in anatomy.

    Args:
        vertices: `(V, 3)` mm, of a head that is its own mirror image in x.
        triangles: `(T, 3)` the surface to look on; vertices that it does not use mirror to themselves.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    used = np.unique(triangles)
    mirrored = vertices[used] * [-1.0, 1.0, 1.0]
    away, partner = cKDTree(vertices[used]).query(mirrored)
    # Two borders that coincide (a torn seam) have two candidates; any of them is at the right place.
    exact = away < _SAME_MM
    _, index, weights = nearest_on_surface(vertices, triangles, mirrored[~exact])
    rest = np.setdiff1d(np.arange(count), used)
    rows = np.concatenate([used[exact], used[~exact].repeat(3), rest])
    columns = np.concatenate([used[partner[exact]], triangles[index].ravel(), rest])
    values = np.concatenate([np.ones(exact.sum()), weights.ravel(), np.ones(len(rest))])
    return coo_matrix((values, (rows, columns)), shape=(count, count)).tocsr()
