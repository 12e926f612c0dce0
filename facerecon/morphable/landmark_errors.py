"""How the points of each landmarker err, measured on rendered heads (`scripts/head/landmark_errors.py`).

They lean towards an average, frontal face, and may mean another spot than the head's own landmarks do: the mean error
depends on the pose, and is taken off before fitting. What is left is far from independent from point to point: it goes
along principal directions. Errors are in mm on the head, along the head's own right and up as the photo shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Camera
from facerecon.geometry.transforms import head_pose
from facerecon.morphable.face_model import DATA

FILE = "landmark_errors.npz"
LARGEST_YAW, LARGEST_PITCH = np.sin(np.radians(60)), np.sin(np.radians(35))
"sines up to which errors were measured; beyond, they are taken to stay as they are there"


@dataclass(frozen=True, eq=False)
class LandmarkErrors:
    """How one landmarker's points of one scheme err."""

    polynomial: np.ndarray
    "`(7, L, 2)` mm: what each of `terms` adds to the mean error"
    directions: np.ndarray
    "`(K, L, 2)` mm: principal directions of the error around its mean, each as long as its standard deviation"
    rest: np.ndarray
    "`(L, 2)` mm: standard deviation of what the directions leave"
    renders: int
    "on how many it was measured"

    def mean(self, camera: Camera, camera_from_head: np.ndarray) -> np.ndarray:
        """Finds how far off the points are on average at a pose: `(L, 2)` px."""
        axes, millimetres = head_axes(camera, camera_from_head)
        return np.tensordot(terms(camera_from_head), self.polynomial, axes=1) @ axes / millimetres

    @property
    def std(self) -> np.ndarray:
        """`(L, 2)` mm: standard deviation of each point around its mean error."""
        return np.sqrt((self.directions**2).sum(axis=0) + self.rest**2)


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
    arrays = (read_only(found[name], np.float64) for name in ("polynomial", "directions", "rest"))
    return LandmarkErrors(*arrays, int(found["renders"]))
