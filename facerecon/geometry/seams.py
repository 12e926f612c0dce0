"""Splits a mesh into parts whose vertices carry one uv each, as renderers and file formats want them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Mesh


@dataclass(frozen=True, eq=False)
class Part:
    vertices: np.ndarray
    "`(N,)` rows of `Mesh.vertices`; a vertex on a uv seam appears once for each of its uv"
    uv: np.ndarray | None
    "`(N, 2)` the uv of each, origin top left; or None where the mesh has none"
    triangles: np.ndarray
    "`(M, 3)` rows of `vertices` above, in the mesh's order and winding"

    def __post_init__(self):
        object.__setattr__(self, "vertices", read_only(self.vertices, np.int64))
        object.__setattr__(self, "uv", read_only(self.uv, np.float64))
        object.__setattr__(self, "triangles", read_only(self.triangles, np.int64))


def split_part(mesh: Mesh, part: int = 0) -> Part:
    """Takes one part out of a mesh; corners that share both position and uv are welded.

    Args:
        mesh: any mesh, with or without uv.
        part: index into `mesh.part_names`; a mesh without `parts` is all part 0.

    Returns:
        The part, its vertices in the order of (position, uv).
    """
    chosen = np.arange(len(mesh.triangles)) if mesh.parts is None else np.flatnonzero(mesh.parts == part)
    if mesh.parts is None and part != 0:
        chosen = chosen[:0]
    corners = mesh.triangles[chosen].reshape(-1)
    if mesh.uv is None or mesh.uv_triangles is None:
        vertices, inverse = np.unique(corners, return_inverse=True)
        return Part(vertices, None, inverse.reshape(-1, 3))
    # One integer for each (position, uv) pair: np.unique on rows is many times slower.
    keys, inverse = np.unique(corners * len(mesh.uv) + mesh.uv_triangles[chosen].reshape(-1), return_inverse=True)
    vertices, uv = np.divmod(keys, max(len(mesh.uv), 1))
    return Part(vertices, mesh.uv[uv], inverse.reshape(-1, 3))


def split_parts(mesh: Mesh) -> dict[str, Part]:
    """Splits a mesh into all its parts that have triangles, by name, in the order of `part_names`."""
    parts = {name: split_part(mesh, index) for index, name in enumerate(mesh.part_names)}
    return {name: part for name, part in parts.items() if len(part.triangles)}
