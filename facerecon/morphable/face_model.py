"""What a head model must offer so that everything else can use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import nearest_on_surface

if TYPE_CHECKING:
    from facerecon.morphable.landmark_errors import LandmarkErrors

DATA = files("facerecon.morphable") / "data"


@dataclass(frozen=True, eq=False)
class SurfacePoints:
    """Points that stay on a surface when it bends."""

    triangle: np.ndarray
    "`(L,)` row of the model's triangles"
    weights: np.ndarray
    "`(L, 3)` barycentric, sum 1"

    def on(self, values: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """Interpolates `(V, C)` values, for instance vertices in mm, at the points: `(L, C)`."""
        return interpolate(values, triangles, self.triangle, self.weights)

    def __getitem__(self, rows: np.ndarray) -> SurfacePoints:
        return SurfacePoints(self.triangle[rows], self.weights[rows])


@runtime_checkable
class FaceModel(Protocol):
    """A linear model: mean + identity · identity_basis + expression · expression_basis (Blanz and Vetter 1999)."""

    name: str
    "as in the table of head models"
    mean: np.ndarray
    "`(V, 3)` mm, head frame; the skin's vertices come first"
    triangles: np.ndarray
    "`(T, 3)`"
    uv: np.ndarray
    "`(U, 2)`, each part in a square of its own"
    uv_triangles: np.ndarray
    "`(T, 3)`"
    parts: np.ndarray
    "`(T,)` index into part_names"
    part_names: tuple[str, ...]
    "the first is `skin`"
    skin_vertices: int
    "how many vertices the skin has"
    mirror: np.ndarray
    "`(V,)` the vertex on the other side of the face"
    identity_basis: np.ndarray
    "`(I, V, 3)` mm a standard deviation"
    expression_basis: np.ndarray
    "`(E, V, 3)` mm at full strength"
    expression_names: tuple[str, ...]
    "ARKit's 52 in our order, or none"
    size_mode: int | None
    "which identity is size alone, and so nothing that a photo tells; None: size goes along with shape"
    face_region: np.ndarray
    "`(V,)` in [0, 1]: 1 on the face, 0 on scalp, neck and back"
    iris_uv_radius: float
    "radius of the irises in the uv of the eyes, whose centre is (0.5, 0.5); 0 for a head without eyes"

    def landmarks(self, scheme: str) -> SurfacePoints:
        """Gives the surface points of a landmark scheme; raises SettingsError for a scheme it does not know."""
        ...

    def landmark_spread(self, scheme: str) -> np.ndarray:
        """Gives how far detected landmarks stray over the skin, `(L,)` mm, one standard deviation; inf: not here."""
        ...

    def landmark_errors(self, landmarker: str | None, scheme: str) -> LandmarkErrors | None:
        """Tells how a landmarker's points of a scheme err on this head; None where that was not measured."""
        ...

    def from_arkit(self, scores: np.ndarray) -> np.ndarray:
        """Turns `(52,)` ARKit scores into the model's own expression weights `(E,)`."""
        ...

    def skin(self, vertices: np.ndarray) -> Mesh:
        """Makes a mesh of the skin alone, in the model's own vertex order."""
        ...

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """Gives where oval landmarks may slide: their numbers `(C,)` in mediapipe478, and vertices `(C, K)`."""
        ...

    def shape(self, identity: np.ndarray, expression: np.ndarray | None = None) -> np.ndarray:
        """Bends the mean: `(I,)` standard deviations and `(E,)` weights give `(V, 3)` mm."""
        ...

    def mesh(self, vertices: np.ndarray) -> Mesh:
        """Makes a mesh of vertices in the model's order."""
        ...


class LinearFaceModel:
    """What all linear models share; a subclass sets the arrays that FaceModel names and `mediapipe478`, `spread478`."""

    mediapipe478: SurfacePoints
    spread478: np.ndarray
    size_mode: int | None = None

    @classmethod
    def require_data(cls) -> None:
        """Raises AssetError where the model's data are not on this machine; most are shipped."""

    def landmarks(self, scheme: str) -> SurfacePoints:
        if scheme == "mediapipe478":
            return self.mediapipe478
        return self._landmarks68(scheme)

    @cache  # noqa: B019 - head models live as long as the program
    def _landmarks68(self, scheme: str) -> SurfacePoints:
        """Finds a 68-point scheme's points: means of MediaPipe's points, put back onto the surface."""
        points = self.mediapipe478.on(self.mean, self.triangles)
        means = np.array([points[list(rows)].mean(axis=0) for rows in self._sources(scheme)])
        skin = np.flatnonzero(self.parts == 0)
        _, triangle, weights = nearest_on_surface(self.mean, self.triangles[skin], means)
        return SurfacePoints(skin[triangle], weights)

    def _sources(self, scheme: str) -> list[list[int]]:
        """Gives, by point of a scheme, the points of mediapipe478 whose mean it is."""
        if scheme != "ibug68":
            raise SettingsError(f"The head “{self.name}” has no landmarks of the scheme “{scheme}”.")
        return json.loads((DATA / "ibug68_in_mediapipe478.json").read_text("utf-8"))

    def landmark_spread(self, scheme: str) -> np.ndarray:
        if scheme == "mediapipe478":
            return self.spread478
        return np.array([self.spread478[rows].mean() for rows in self._sources(scheme)])

    def landmark_errors(self, landmarker: str | None, scheme: str) -> LandmarkErrors | None:
        return None

    def from_arkit(self, scores: np.ndarray) -> np.ndarray:
        return scores[[ARKIT_NAMES.index(name) for name in self.expression_names]]

    def shape(self, identity: np.ndarray, expression: np.ndarray | None = None) -> np.ndarray:
        vertices = self.mean + np.tensordot(identity, self.identity_basis, axes=1)
        if expression is not None:
            vertices = vertices + np.tensordot(expression, self.expression_basis, axes=1)
        return vertices

    def mesh(self, vertices: np.ndarray) -> Mesh:
        return Mesh(vertices, self.triangles, self.uv, self.uv_triangles, self.parts, self.part_names)

    def skin(self, vertices: np.ndarray) -> Mesh:
        rows = self.parts == 0
        return Mesh(vertices[: self.skin_vertices], self.triangles[rows], self.uv, self.uv_triangles[rows])
