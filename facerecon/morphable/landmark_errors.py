"""How MediaPipe's landmarks err, measured on rendered heads (`scripts/head/landmark_errors.py`).

Its points lean towards an average, frontal face: the mean error depends on the pose, and is taken off before fitting.
Errors are in mm on the head, along the head's own right and up as the photo shows them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Camera
from facerecon.geometry.transforms import head_pose
from facerecon.morphable.face_model import DATA

FILE = "landmark_errors.npz"
LARGEST_YAW, LARGEST_PITCH = np.sin(np.radians(60)), np.sin(np.radians(35))
"sines up to which errors were measured; beyond, they are taken to stay as they are there"


def polynomial(camera_from_head: np.ndarray) -> np.ndarray:
    """Gives the terms `(7,)` of the mean error: 1, s, s², p, p², sp, s²p with s, p the sines of yaw and pitch."""
    yaw, pitch, _ = head_pose(camera_from_head)
    s, p = np.sin(yaw).clip(-LARGEST_YAW, LARGEST_YAW), np.sin(pitch).clip(-LARGEST_PITCH, LARGEST_PITCH)
    return np.array([1, s, s * s, p, p * p, s * p, s * s * p])


def head_axes(camera: Camera, camera_from_head: np.ndarray) -> tuple[np.ndarray, float]:
    """Gives the head's right and up in the photo as rows `(2, 2)`, and how many mm a pixel is at the head."""
    up = camera_from_head[:2, 1] / np.linalg.norm(camera_from_head[:2, 1])
    return np.array([[-up[1], up[0]], up]), float(camera_from_head[2, 3] / camera.focal)


@lru_cache(maxsize=1)
def _mean() -> np.ndarray:
    with (DATA / FILE).open("rb") as file, np.load(file) as data:
        return read_only(data["mean"], np.float64)


def mean_error(camera: Camera, camera_from_head: np.ndarray) -> np.ndarray:
    """Finds how far off MediaPipe's 478 landmarks are on average at a pose: `(478, 2)` px."""
    axes, millimetres = head_axes(camera, camera_from_head)
    return np.tensordot(polynomial(camera_from_head), _mean(), axes=1) @ axes / millimetres
