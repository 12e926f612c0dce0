"""How good a mesh is: its triangles' shapes, whether it is a surface, whether it is closed, how it bends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Mesh
from facerecon.geometry.curvature import Curvature, corner_angles, curvature
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.intersections import self_intersections
from facerecon.geometry.quality import aspect_ratio, triangle_quality
from facerecon.geometry.topology import border_loops, corner_fans, enclosed_volume, pieces


@dataclass(frozen=True, eq=False)
class MeshReport:
    vertices: int
    "V"
    edges: int
    "E"
    triangles: int
    "T"
    pieces: int
    "that hang together"
    borders: int
    "closed lines where the surface ends"
    forks: int
    "edges of more than two triangles"
    pinches: int
    "vertices at which the surface is more than one sheet"
    miswound: int
    "edges whose two triangles wind differently"
    crossings: int | None
    "pairs of triangles that run through each other; None: not looked for"
    area: float
    "mm²"
    volume: float
    "mm³, every hole closed by a fan"
    edge_length: float
    "mm, the mean"
    quality: np.ndarray
    "`(T,)` in [0, 1], 1 for equilateral triangles"
    aspect: np.ndarray
    "`(T,)` ≥ 1: circumscribed over twice the inscribed radius"
    smallest_angle: np.ndarray
    "`(T,)` degrees"
    curvature: Curvature
    "by vertex, 1 / mm"

    def __post_init__(self):
        for name in ("quality", "aspect", "smallest_angle"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))

    @property
    def euler(self) -> int:
        """V - E + T."""
        return self.vertices - self.edges + self.triangles

    @property
    def handles(self) -> int:
        """Counts handles, as a cup has one: pieces and borders explain the rest of Euler's number."""
        return (2 * self.pieces - self.borders - self.euler) // 2

    @property
    def manifold(self) -> bool:
        """Tells whether the mesh is a surface everywhere, and wound alike."""
        return self.forks == self.pinches == self.miswound == 0

    @property
    def watertight(self) -> bool:
        """Tells whether the mesh encloses a volume: a surface without border."""
        return self.manifold and self.borders == 0


def mesh_report(mesh: Mesh, crossings: bool = True) -> MeshReport:
    """Measures a mesh.

    Args:
        mesh: mm.
        crossings: whether to look for triangles that run through each other, which takes longest.
    """
    vertices, triangles = mesh.vertices, mesh.triangles
    table = edge_table(triangles)
    passes = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    forward = np.bincount(table.of_triangle.ravel(), passes[:, 0] < passes[:, 1], len(table.ends))
    ends = vertices[table.ends]
    used = len(np.unique(triangles))
    return MeshReport(
        vertices=used,
        edges=len(table.ends),
        triangles=len(triangles),
        pieces=int(pieces(triangles, table).max(initial=-1)) + 1,
        borders=len(border_loops(triangles)),
        forks=int((table.count > 2).sum()),
        pinches=len(np.unique(corner_fans(triangles, table))) - used,
        miswound=int(((table.count == 2) & (forward != 1)).sum()),
        crossings=len(self_intersections(vertices, triangles)) if crossings else None,
        area=float(vertex_areas(vertices, triangles).sum()),
        volume=enclosed_volume(vertices, triangles),
        edge_length=float(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).mean()),
        quality=triangle_quality(vertices, triangles),
        aspect=aspect_ratio(vertices, triangles),
        smallest_angle=np.degrees(corner_angles(vertices, triangles).min(axis=1)),
        curvature=curvature(vertices, triangles),
    )
