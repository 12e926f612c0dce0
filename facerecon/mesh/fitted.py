"""The head model as it was fitted: whole, even, and with the same vertices for everybody."""

from __future__ import annotations

from facerecon.core.types import Mesh
from facerecon.mesh.builder import MeshSource


class FittedHead:
    name = "fitted"

    def build(self, source: MeshSource) -> Mesh:
        return source.head
