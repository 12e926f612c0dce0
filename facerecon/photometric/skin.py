"""Where on a head model skin is compared with photos: places on the face, away from lips, eyes and brows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from facerecon.landmarks.schemes import scheme
from facerecon.morphable.face_model import FaceModel

REACH = 80.0
"""mm from the tip of the nose: hair, ears and neck lie farther off"""
SPACING = 5.0
"""mm between places at least: shape and light change slowly, and neighbours tell the same thing"""
OTHERS = ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "left_iris", "right_iris")
AWAY = 6.0
"""mm from those: they are no skin"""
_TIP = 1
"""of the nose, in mediapipe478"""


@dataclass(frozen=True, eq=False)
class SkinPlaces:
    rows: np.ndarray
    "`(N,)` of the model's vertices, spread evenly: any first few of them are"
    mean: np.ndarray
    "`(N, 3)` mm: where they lie on the mean head"
    triangles: np.ndarray
    "`(T, 3)` those of the model's around these vertices"

    @classmethod
    def of(cls, model: FaceModel) -> SkinPlaces:
        """Chooses places on a head model; they are kept."""
        return _places(model)

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, count: int) -> SkinPlaces:
        """Gives some of the places."""
        return self if count >= len(self) else _around(self.rows[:count], self.mean[:count], self.triangles)


@cache
def _places(model: FaceModel) -> SkinPlaces:
    marks = model.landmarks("mediapipe478").on(model.mean, model.triangles)
    groups = scheme("mediapipe478").groups
    others = marks[sorted({row for name in OTHERS for row in groups[name]})]
    skin = np.flatnonzero(model.face_region[: model.skin_vertices] > 0.5)
    points = model.mean[skin]
    near = np.linalg.norm(points - marks[_TIP], axis=1) < REACH
    skin, points = skin[near], points[near]
    skin = skin[np.linalg.norm(points[:, None] - others[None], axis=2).min(axis=1) > AWAY]
    rows = skin[_spread(model.mean[skin])]
    return _around(rows, model.mean[rows], model.triangles[model.parts == 0])


def _around(rows: np.ndarray, mean: np.ndarray, triangles: np.ndarray) -> SkinPlaces:
    return SkinPlaces(rows, mean, triangles[np.isin(triangles, rows).any(axis=1)])


def _spread(points: np.ndarray) -> np.ndarray:
    """Takes the farthest point of `(N, 3)` again and again, until all are near one (Gonzalez 1985): rows."""
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    chosen, away = [0], np.linalg.norm(points - points[0], axis=1)
    while away.max() > SPACING:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)
