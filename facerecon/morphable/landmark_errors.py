"""How the points of each landmarker err, measured on rendered heads (`scripts/head/landmark_errors.py`).

    error = m(pose) + B(pose) α + n

They lean towards an average, frontal face, and may mean another spot than the head's own landmarks do. So their mean
error m depends on the pose; and B tells how much less than the head's own landmarks they follow an identity α: a
detector shows a fifth to a third less of what makes a face special than there is. What is left, n, is far from
independent from point to point: it goes along principal directions. Errors are in mm on a head of the model's own size,
along the head's own right and up as the photo shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Camera
from facerecon.geometry.transforms import head_pose, rotation_from_vector
from facerecon.morphable.face_model import DATA
from facerecon.morphable.whitening import Whitening, robust_whitening

FILE = "landmark_errors.npz"
LARGEST_YAW, LARGEST_PITCH = np.sin(np.radians(60)), np.sin(np.radians(35))
"sines up to which errors were measured; beyond, they are taken to stay as they are there"
STEP = 1e-3
"rad, of differences"
WIDER, UNSEEN = 1.5, 1.0
"""Photos are not renders: directions are taken to be so many times as long, and each point to err by so many mm more.
Chosen on renders of heads that were not measured, not on photos."""


@dataclass(frozen=True, eq=False)
class LandmarkErrors:
    """How one landmarker's points of one scheme err."""

    polynomial: np.ndarray
    "`(7, L, 2)` mm: what each of `terms` adds to the mean error"
    by_identity: np.ndarray
    "`(2, I, L, 2)` mm: what a standard deviation of each identity adds, by the first two of `terms`; I is 0: not known"
    scores: np.ndarray
    "`(3, 52)` offset, factor and standard deviation of expressions by ARKit scores; `(3, 0)`: there are none"
    directions: np.ndarray
    "`(K, L, 2)` mm: principal directions of the error around its mean, each as long as its standard deviation"
    rest: np.ndarray
    "`(L, 2)` mm: standard deviation of what the directions leave"
    renders: int
    "on how many it was measured"

    def mean(self, camera: Camera, camera_from_head: np.ndarray, identity: np.ndarray | None = None) -> np.ndarray:
        """Finds how far off the points of the mean head, or of an identity `(I,)`, are at a pose: `(L, 2)` px."""
        axes, millimetres = head_axes(camera, camera_from_head)
        error = np.tensordot(terms(camera_from_head), self.polynomial, axes=1)
        if identity is not None and self.by_identity.size:
            error = error + np.tensordot(identity, self._leaning(camera_from_head), axes=1)
        return error @ axes / millimetres

    def _leaning(self, camera_from_head: np.ndarray) -> np.ndarray:
        """`(I, L, 2)` mm: B at a pose."""
        return np.tensordot(terms(camera_from_head)[: len(self.by_identity)], self.by_identity, axes=1)

    def jacobian(self, camera: Camera, camera_from_head: np.ndarray) -> np.ndarray | None:
        """Differentiates the mean error by identity: `(L, 2, I)` px; None where that was not measured."""
        if not self.by_identity.size:
            return None
        axes, millimetres = head_axes(camera, camera_from_head)
        return np.moveaxis(self._leaning(camera_from_head) @ axes / millimetres, 0, -1)

    def turning(self, camera: Camera, camera_from_head: np.ndarray, identity: np.ndarray) -> np.ndarray:
        """Differentiates the mean error by a rotation vector applied from the left: `(L, 2, 3)` px a rad."""
        slopes = []
        for axis in np.eye(3):
            ends = []
            for sign in (1, -1):
                turned = camera_from_head.copy()
                turned[:3, :3] = rotation_from_vector(sign * STEP * axis) @ camera_from_head[:3, :3]
                ends.append(self.mean(camera, turned, identity))
            slopes.append((ends[0] - ends[1]) / (2 * STEP))
        return np.stack(slopes, axis=-1)

    def weighed(self, residuals: np.ndarray, importance: np.ndarray, robust: float) -> tuple[Whitening, float]:
        """Tells what residuals `(L, 2)` mm in a photo weigh together, and their cost; see `robust_whitening`."""
        return robust_whitening(*self._in_photos, residuals, importance, robust)

    @cached_property
    def _in_photos(self) -> tuple[np.ndarray, np.ndarray]:
        """Directions `(K, 2L)` and rest `(2L,)`, mm, in photos."""
        wider = WIDER * self.directions.reshape(len(self.directions), -1)
        return wider, np.hypot(self.rest, UNSEEN).ravel()

    @property
    def std(self) -> np.ndarray:
        """`(L, 2)` mm: standard deviation of each point around its mean error, in renders."""
        return np.sqrt((self.directions**2).sum(axis=0) + self.rest**2)

    @cached_property
    def std_in_photos(self) -> np.ndarray:
        """`(L, 2)` mm: the same, in photos."""
        return np.sqrt((WIDER**2 * self.directions**2).sum(axis=0) + self.rest**2 + UNSEEN**2)


def terms(camera_from_head: np.ndarray) -> np.ndarray:
    """Gives the terms `(7,)` of the mean error: 1, s, s², p, p², sp, s²p with s, p the sines of yaw and pitch."""
    yaw, pitch, _ = head_pose(camera_from_head)
    s, p = np.sin(yaw).clip(-LARGEST_YAW, LARGEST_YAW), np.sin(pitch).clip(-LARGEST_PITCH, LARGEST_PITCH)
    return np.array([1, s, s * s, p, p * p, s * p, s * s * p])


def head_axes(camera: Camera, camera_from_head: np.ndarray) -> tuple[np.ndarray, float]:
    """Gives the head's right and up in the photo as rows `(2, 2)`, and how many mm a pixel is at the head."""
    up = camera_from_head[:2, 1] / np.linalg.norm(camera_from_head[:2, 1])
    return np.array([[-up[1], up[0]], up]), float(camera_from_head[2, 3] / camera.focal)


def landmark_errors(landmarker: str | None, scheme: str) -> LandmarkErrors | None:
    """Reads how a landmarker's points of a scheme err on the default head; None where that was not measured."""
    return read_errors(FILE, landmarker, scheme)


@cache
def read_errors(name: str, landmarker: str | None, scheme: str) -> LandmarkErrors | None:
    """Reads how a landmarker's points of a scheme err, its own or converted ones; None where that was not measured.

    Args:
        name: of the data file, which belongs to a head.
        landmarker: who found them.
        scheme: of the points.
    """
    with (DATA / name).open("rb") as file, np.load(file) as data:
        found = {key.rpartition("/")[2]: data[key] for key in data.files if key.startswith(f"{landmarker}/{scheme}/")}
    if not found:
        return None
    names = ("polynomial", "by_identity", "scores", "directions", "rest")
    return LandmarkErrors(*(read_only(found[name], np.float64) for name in names), int(found["renders"]))
