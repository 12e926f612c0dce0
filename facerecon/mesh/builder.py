"""What a mesh can be built from, and what everything that builds one must offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from facerecon.core.errors import FaceReconError
from facerecon.core.types import Landmarks, Mesh, PointCloud, View


class BuilderError(FaceReconError):
    """A mesh cannot be built from what is there."""

    advice = "mesh_unbuildable"


@dataclass(frozen=True, eq=False)
class MeshSource:
    """One face of one photo, in all the forms in which the earlier stages know it."""

    landmarks: Landmarks
    "with depth, where the landmarker tells it"
    outline: tuple[int, ...]
    "rows of the landmarks: the closed line around the face; or none"
    holes: tuple[tuple[int, ...], ...]
    "rows of the landmarks: closed lines around eyes and mouth"
    ignored: tuple[int, ...]
    "rows of the landmarks that lie within a hole: irises and pupils"
    view: View
    "the photo's camera and pose"
    head: Mesh
    "the fitted head with the photo's expression; the skin is its first part"
    cloud: PointCloud
    "points of the skin with normals, mm, head frame: as a scanner would give them"
    head_of_cloud: Callable[[PointCloud], Mesh] | None = None
    "what a network makes of a cloud; None: there is none"


@runtime_checkable
class MeshBuilder(Protocol):
    """Makes a mesh, mm, head frame, wound counter-clockwise from outside."""

    name: str
    "as in the table"

    def build(self, source: MeshSource) -> Mesh:
        """Builds the mesh; raises BuilderError where what it needs is not there."""
        ...
