"""Poisson's surface through a cloud of points, cut off where there are none."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import Mesh
from facerecon.geometry.poisson import poisson_surface
from facerecon.geometry.topology import pieces
from facerecon.mesh.builder import BuilderError, MeshSource

CELL = 4.0
"""mm: finer detail is lost, and so is noise."""
FURTHEST = 4.0
"""Cells from the nearest point beyond which the surface is only a guess and is cut off."""
FEWEST = 100


class PoissonCloud:
    name = "poisson"

    def __init__(self, cell: float = CELL):
        self.cell = cell

    def build(self, source: MeshSource) -> Mesh:
        cloud = source.cloud
        if cloud.normals is None or len(cloud) < FEWEST:
            raise BuilderError(f"Poisson's surface needs {FEWEST} points with normals.", "mesh_no_normals")
        vertices, triangles = poisson_surface(cloud.points, cloud.normals, self.cell)
        away, _ = cKDTree(cloud.points).query(vertices)
        triangles = triangles[(away[triangles] <= FURTHEST * self.cell).all(axis=1)]
        # Noise makes bubbles: the largest piece is the surface.
        piece = pieces(triangles)
        triangles = triangles[piece == np.bincount(piece).argmax()]
        used, triangles = np.unique(triangles, return_inverse=True)
        return Mesh(vertices[used], triangles.reshape(-1, 3))
