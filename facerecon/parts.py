"""What a visitor may choose, and the parts that these choices name: detector, landmarker, head, texture layout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from facerecon.assets import find, found
from facerecon.core.arrays import read_only
from facerecon.core.material import Material
from facerecon.core.types import Mesh
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.detection.search import Search
from facerecon.identity import EMBEDDERS
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.landmarker import Landmarker
from facerecon.mesh.subdivide import subdivide
from facerecon.morphable import HEADS, STARTS
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings
from facerecon.morphable.learned_start import Start
from facerecon.texture import Layout, lay_out
from facerecon.texture.atlas import Atlas, build_atlas
from facerecon.texture.layout import skin_triangles

if TYPE_CHECKING:
    from facerecon.identity.embedder import Embedder  # brings torch, which few runs need


COMPARED_PX = 512
"""side of the uv pictures in which photos are compared: a texel is 0.6 mm of the face"""


@dataclass(frozen=True)
class Settings:
    """What a visitor may choose; None stands for the default part."""

    detector: str | None = None
    landmarker: str | None = None
    head: str | None = None
    device: str = "cpu"
    "where networks run; MediaPipe's parts stay on the CPU"
    search: Search = Search()
    "which faces are looked for"
    texture_size: int = 1024
    albedo: bool = False
    "whether the texture is the skin without the light of the photo, where that can be told"
    faces: tuple[int | None, ...] = ()
    "by photo: which face, in the detector's order; None or missing: the largest"
    landmarks: tuple[Any, ...] = ()
    "by photo: corrected points `(L, 2)` px in the landmarker's scheme; None or missing: the detected ones"
    subdivisions: int = 1
    dense: bool = True
    "whether several photos are compared at every point of the skin, not at landmarks alone"
    photometric: bool = True
    "whether the brightness of the skin, under a light that is found along, tells of the shape"
    detail: bool = False
    "whether the first photo's shading gives the skin a normal map"
    material: Material = Material()
    "of the skin, in the files"
    fit: FitSettings = FitSettings()
    start: str | None = None
    "what the fit to landmarks begins from"


DENSE = 12_000
"""Vertices above which a head is smooth as it is."""


@dataclass(frozen=True, eq=False)
class Refinement:
    """A head's mesh subdivided some times, and what carries other shapes over to it."""

    mesh: Mesh
    "of the mean head"
    matrix: sparse.csr_matrix
    "`(V2, V)`: finer vertices = matrix @ vertices"
    morphs: np.ndarray
    "`(E, V2, 3)` mm, float32"
    face_region: np.ndarray
    "`(V2,)`"

    @classmethod
    def of(cls, head: FaceModel, times: int) -> Refinement:
        mesh, matrix = head.mesh(head.mean), sparse.identity(len(head.mean), format="csr")
        for _ in range(times):
            mesh, finer = subdivide(mesh)
            matrix = finer @ matrix
        morphs = np.stack([matrix @ field for field in head.expression_basis]) if len(head.expression_basis) else None
        empty = np.zeros((0, len(mesh.vertices), 3))
        return cls(mesh, matrix, read_only(empty if morphs is None else morphs, np.float32), matrix @ head.face_region)

    def atlas(self, size: int) -> Atlas:
        """Finds which point of the skin each texel of a `size` x `size` px picture shows."""
        mesh, rows = self.mesh, skin_triangles(self.mesh)
        return build_atlas(mesh.uv, mesh.uv_triangles[rows], mesh.triangles[rows], len(mesh.vertices), size)


class Parts:
    """The parts that settings name, made when first asked for and kept: hand the same Parts to several runs.

    Args:
        settings: only its names of parts matter.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self._refinements: dict[int, Refinement] = {}
        self._layouts: dict[tuple[int, int], Layout] = {}
        self._starts: dict[str | None, Start] = {}

    @cached_property
    def detector(self) -> Detector:
        return DETECTORS.create(self.settings.detector, device=self.settings.device)

    @cached_property
    def landmarker(self) -> Landmarker:
        return LANDMARKERS.create(self.settings.landmarker, device=self.settings.device)

    @cached_property
    def embedder(self) -> Embedder | None:
        """What tells people apart; None where its weights are not here: they are not fetched for a doubt."""
        here = all(found(find(asset)) for asset in EMBEDDERS.load().assets)
        return self._open_embedder() if here else None

    def _open_embedder(self) -> Embedder:
        return EMBEDDERS.create(device=self.settings.device)

    @cached_property
    def head(self) -> FaceModel:
        return HEADS.create(self.settings.head)

    def start(self, name: str | None) -> Start:
        """Gives what a fit begins from, by its name in `STARTS`."""
        if name not in self._starts:
            self._starts[name] = STARTS.create(name, model=self.head)
        return self._starts[name]

    def refinement(self, times: int) -> Refinement:
        """Gives the head's subdivision, which depends on its triangles only; a dense head needs none."""
        if times not in self._refinements:
            self._refinements[times] = Refinement.of(self.head, 0 if len(self.head.mean) > DENSE else times)
        return self._refinements[times]

    def layout(self, times: int, size: int) -> Layout:
        """Gives where each texel of a texture lies on the head, which depends on its uv only."""
        if (times, size) not in self._layouts:
            finer = self.refinement(times)
            self._layouts = {(times, size): lay_out(finer.mesh, size, finer.mesh.vertices)}  # they are large: keep one
        return self._layouts[times, size]

    @cached_property
    def skin_atlas(self) -> Atlas:
        """Gives where each texel of a small texture lies on the head's own mesh, for comparing photos."""
        return self.refinement(0).atlas(COMPARED_PX)

    def close(self) -> None:
        """Frees what the parts hold outside Python."""
        for name in ("detector", "landmarker", "embedder"):
            if self.__dict__.get(name):
                getattr(self, name).close()
