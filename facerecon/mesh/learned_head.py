"""What a network makes of the cloud at one glance."""

from __future__ import annotations

from facerecon.core.types import Mesh
from facerecon.mesh.builder import BuilderError, MeshSource


class LearnedHead:
    name = "learned"

    def build(self, source: MeshSource) -> Mesh:
        if source.head_of_cloud is None:
            raise BuilderError("The network that turns a point cloud into a head is not here.", "mesh_learned_missing")
        return source.head_of_cloud(source.cloud)
