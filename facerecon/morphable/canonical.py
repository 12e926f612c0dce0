"""MediaPipe's canonical face: one rigid mesh of 468 vertices, the plainest head model there can be."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.assets.canonical_face import canonical_face
from facerecon.morphable.face_model import LinearFaceModel, SurfacePoints


class CanonicalFace(LinearFaceModel):
    """A face without identity or expression: whatever fits better than this has learned something from the photo."""

    name = "canonical"
    part_names = ("skin",)
    expression_names = ()
    iris_uv_radius = 0.0

    def __init__(self):
        face = canonical_face()
        self.mean, self.triangles, self.uv = face.vertices, face.triangles, face.uv
        self.uv_triangles = face.triangles
        self.parts = np.zeros(len(face.triangles), dtype=np.int64)
        self.skin_vertices = len(face.vertices)
        self.identity_basis = np.zeros((0, len(face.vertices), 3), np.float32)
        self.expression_basis = np.zeros((0, len(face.vertices), 3), np.float32)
        self.mirror = self._nearest_mirror()
        self.face_region = np.ones(len(face.vertices))
        # Each vertex is a landmark: any triangle that has it as a corner will do. There are no irises: see spread478.
        vertices, places = np.unique(face.triangles, return_index=True)
        rows, weights = np.zeros(478, dtype=np.int64), np.tile([1.0, 0, 0], (478, 1))
        rows[vertices], weights[vertices] = places // 3, np.eye(3)[places % 3]
        self.mediapipe478 = SurfacePoints(rows, weights)
        self.spread478 = np.r_[np.full(468, 1.5), np.full(10, np.inf)]

    def _nearest_mirror(self) -> np.ndarray:
        distance, rows = cKDTree(self.mean).query(self.mean * [-1, 1, 1])
        assert distance.max() < 0.1, "the canonical face is symmetric"
        return rows

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """Gives nothing: beyond its oval the canonical face has no skin to slide over."""
        return np.zeros(0, dtype=np.int64), np.zeros((0, 1), dtype=np.int64)
