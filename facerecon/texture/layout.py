"""What baking needs to know of a head, whatever the photo: it depends on the topology alone and may be cached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from facerecon.core.types import Mesh
from facerecon.geometry.graph import laplacian, vertex_areas
from facerecon.texture.atlas import Atlas, build_atlas
from facerecon.texture.mirror import mirror_matrix
from facerecon.texture.openness import openness
from facerecon.texture.scalp import ears, scalp


@dataclass(frozen=True, eq=False)
class Layout:
    atlas: Atlas
    "which point of the skin each texel shows"
    triangles: np.ndarray
    "`(T, 3)` the skin's triangles, rows of the mesh's vertices"
    reference: np.ndarray
    "`(V, 3)` mm: the head that distances, areas and regions are taken from"
    laplacian: csr_matrix
    "`(V, V)` of the skin"
    uv_areas: np.ndarray
    "`(T,)` texels that each of the skin's triangles covers"
    areas: np.ndarray
    "`(V,)` mm^2; 0 for vertices that are not the skin's"
    openness: np.ndarray
    "`(V,)` in [0, 1]: 0 deep in mouth, nostrils and eye sockets"
    scalp: np.ndarray
    "`(V,)` in [0, 1]: 1 where hair usually grows"
    ears: np.ndarray
    "`(V,)` in [0, 1]: 1 on the ears, which no landmark pins down, so that photos never fit them well"
    mirror: csr_matrix | None
    "`(V, V)` maps data by vertex to the data of the point on the other side of the face"


def skin_triangles(mesh: Mesh) -> np.ndarray:
    """Finds the rows of the skin's triangles; without parts the whole mesh is skin."""
    if mesh.parts is None or "skin" not in mesh.part_names:
        return np.arange(len(mesh.triangles))
    return np.flatnonzero(mesh.parts == mesh.part_names.index("skin"))


def _uv_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds the areas of triangles in the plane."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return np.abs(np.linalg.det(np.stack([b - a, c - a], axis=1))) / 2


def lay_out(mesh: Mesh, size: int, mirror_vertices: np.ndarray | None = None) -> Layout:
    """Prepares baking a `size` x `size` px texture for all heads of a mesh's topology.

    Args:
        mesh: the whole head, with uv.
        size: px.
        mirror_vertices: `(V, 3)` mm, the same mesh as a head that is its own mirror image in x (a model's mean);
            without it the unseen side is filled, not mirrored.
    """
    if mesh.uv is None or mesh.uv_triangles is None:
        raise ValueError("a texture needs a mesh with uv")
    rows = skin_triangles(mesh)
    triangles = mesh.triangles[rows]
    reference = mesh.vertices if mirror_vertices is None else mirror_vertices
    return Layout(
        atlas=build_atlas(mesh.uv, mesh.uv_triangles[rows], triangles, len(mesh.vertices), size),
        triangles=triangles,
        reference=reference,
        uv_areas=_uv_areas(mesh.uv * size, mesh.uv_triangles[rows]),
        laplacian=laplacian(reference, triangles),
        areas=vertex_areas(reference, triangles),
        openness=openness(reference, mesh.triangles),
        scalp=scalp(reference),
        ears=ears(reference),
        mirror=None if mirror_vertices is None else mirror_matrix(mirror_vertices, triangles),
    )
