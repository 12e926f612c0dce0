"""The lines of a mesh that must stay lines: borders, uv seams, outlines of parts, sharp edges."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry.edge_table import EdgeTable
from facerecon.geometry.normals import triangle_normals


def creases(mesh: Mesh, table: EdgeTable, sharp: float | None = None) -> np.ndarray:
    """Tells which edges are such lines, `(E,)` bool.

    Args:
        mesh: whose.
        table: of its triangles.
        sharp: radians: an edge at which the surface turns by more counts too; None: none does.
    """
    result = table.count != 2
    inside = np.flatnonzero(~result)
    one, two = table.triangles[inside].T
    if mesh.parts is not None:
        result[inside] |= mesh.parts[one] != mesh.parts[two]
    if mesh.uv_triangles is not None:
        for end in table.ends[inside].T:
            uv = [mesh.uv_triangles[side, (mesh.triangles[side] == end[:, None]).argmax(axis=1)] for side in (one, two)]
            result[inside] |= uv[0] != uv[1]
    if sharp is not None:
        normals = triangle_normals(mesh.vertices, mesh.triangles)
        result[inside] |= np.einsum("nk,nk->n", normals[one], normals[two]) < np.cos(sharp)
    return result
