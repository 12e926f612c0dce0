"""Which part of a scan is scored: the face around the nose, and its regions, all found by 68 landmarks (iBUG's order).

The face is a ball as the NoW benchmark describes it (Sanyal et al. 2019, “Learning to regress 3D face shape and
expression from an image without 3D supervision”): its centre lies on the line from the nose's base to the bridge
between the inner corners of the eyes, 0.3 of the way; its radius is 1.4 · (outer eye distance + nose length) / 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape

SEVEN = (36, 39, 42, 45, 33, 48, 54)
"""NoW's landmarks in iBUG's order: four corners of the eyes, the nose's base, the corners of the mouth."""
REGIONS = ("nose", "mouth", "eyes", "forehead", "cheeks", "chin")
_CORES = {"nose": range(27, 36), "mouth": range(48, 68), "eyes": (*range(36, 48), *range(17, 27))}
_REACH = 1 / 6
"""of the outer eye distance: how far around their landmarks nose, mouth and eyes reach; 15 mm in an average face"""


@dataclass(frozen=True, eq=False)
class FaceBall:
    """The part of a scan that is scored."""

    centre: np.ndarray
    "`(3,)`"
    radius: float
    "in the scan's unit, mm"

    @classmethod
    def around(cls, landmarks68: np.ndarray) -> FaceBall:
        """Finds the ball of a face by its `(68, 3)` landmarks."""
        check_shape(landmarks68, (68, 3), "landmarks68")
        base, bridge = landmarks68[33], landmarks68[[39, 42]].mean(axis=0)
        eyes = float(np.linalg.norm(landmarks68[36] - landmarks68[45]))
        nose = float(np.linalg.norm(bridge - base))
        return cls(base + 0.3 * (bridge - base), 1.4 * (eyes + nose) / 2)

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Tells which of `(N, 3)` points lie in the ball: `(N,)` bool."""
        return np.linalg.norm(points - self.centre, axis=1) <= self.radius


def face_axes(landmarks68: np.ndarray) -> np.ndarray:
    """Finds a face's axes by its landmarks: rows `(3, 3)` to the subject's left, up, and out of the face."""
    left = landmarks68[45] - landmarks68[36]
    left = left / np.linalg.norm(left)
    up = landmarks68[36:48].mean(axis=0) - landmarks68[[48, 54]].mean(axis=0)
    up = up - (up @ left) * left
    up = up / np.linalg.norm(up)
    return np.stack([left, up, np.cross(left, up)])


def face_regions(points: np.ndarray, landmarks68: np.ndarray) -> dict[str, np.ndarray]:
    """Divides points of a face: region of REGIONS → `(N,)` bool; each point belongs to one.

    Around the landmarks of nose, mouth, eyes and brows lie their regions; what is left is forehead above the brows,
    chin below the corners of the mouth, and cheeks.

    Args:
        points: `(N, 3)` of the face alone, as `FaceBall.holds` tells.
        landmarks68: `(68, 3)`, in the same frame.
    """
    check_shape(points, ("N", 3), "points")
    reach = _REACH * float(np.linalg.norm(landmarks68[36] - landmarks68[45]))
    away = np.stack([cKDTree(landmarks68[list(rows)]).query(points)[0] for rows in _CORES.values()])
    nearest = np.where(away.min(axis=0) < reach, away.argmin(axis=0), -1)
    regions = {name: nearest == index for index, name in enumerate(_CORES)}
    up = face_axes(landmarks68)[1]
    rest, height = nearest < 0, points @ up
    above = height > (landmarks68[17:27] @ up).mean()
    below = height < (landmarks68[[48, 54]] @ up).mean()
    return regions | {"forehead": rest & above, "cheeks": rest & ~above & ~below, "chin": rest & below}
