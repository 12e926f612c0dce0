"""The part of a mesh that bends, and the parts that follow it as rigid bodies: skin, and eyes, teeth, tongue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from facerecon.core.types import Mesh
from facerecon.geometry.graph import edges
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply
from facerecon.registration.stiff_system import LandmarkPairs

NEIGHBOURS = 60
"""Vertices of the body that tell how a follower moves: around an eye, its lids."""


class Body:
    """The largest connected part of a mesh.

    Args:
        mesh: at least one triangle.
    """

    def __init__(self, mesh: Mesh):
        count = len(mesh.vertices)
        start, end = edges(mesh.triangles).T
        graph = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(count, count))
        _, self._component = connected_components(graph, directed=False)
        self._largest = int(np.bincount(self._component[mesh.triangles[:, 0]]).argmax())
        inside = self._component == self._largest
        self._whole = mesh
        self.rows = np.flatnonzero(inside)
        "`(B,)` the mesh's vertices that bend"
        self.vertices = mesh.vertices[self.rows]
        "`(B, 3)` mm, as they were given"
        self._triangles = inside[mesh.triangles[:, 0]]
        self.triangles = (np.cumsum(inside) - 1)[mesh.triangles[self._triangles]]
        "`(T, 3)` rows of `vertices`"

    def own(self, landmarks: LandmarkPairs | None) -> LandmarkPairs | None:
        """Renumbers landmarks from the mesh's triangles to the body's; those of other parts are dropped."""
        if landmarks is None:
            return None
        here = self._triangles[landmarks.triangle]
        return replace(
            landmarks,
            triangle=(np.cumsum(self._triangles) - 1)[landmarks.triangle[here]],
            weights=landmarks.weights[here],
            targets=landmarks.targets[here],
            information=landmarks.information[here],
        )

    def whole(self, bent: np.ndarray) -> np.ndarray:
        """Puts bent `(B, 3)` vertices back into the mesh and lets the other parts follow: `(V, 3)` mm."""
        vertices = self._whole.vertices.copy()
        vertices[self.rows] = bent
        tree = cKDTree(self.vertices)
        for component in np.setdiff1d(np.unique(self._component), self._largest):
            part = np.flatnonzero(self._component == component)
            centre = self._whole.vertices[part].mean(axis=0)
            _, near = tree.query(centre, k=min(NEIGHBOURS, len(self.rows)))
            vertices[part] = apply(procrustes(self.vertices[near], bent[near]), vertices[part])
        return vertices

    def spread(self, values: np.ndarray, empty: float) -> np.ndarray:
        """Puts `(B, …)` values of the body into an array for the mesh's `(V, …)` vertices, `empty` elsewhere."""
        result = np.full((len(self._whole.vertices), *values.shape[1:]), empty)
        result[self.rows] = values
        return result
