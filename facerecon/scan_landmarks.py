"""Finds the face on a scan in any orientation and unit: the scan is drawn, looked at as a photo, and traced back.

From each of 26 directions, upright and by quarters (the detector turns pictures itself), the picture goes to the
detector and the landmarker; where that shows no face, once more rolled by 45° and larger. What they find counts if the
points that it hits on the scan have the shape of a head's: a poster, a face-like pattern on a chair or the inside of a
mask have not. Then the face is looked at from its front, near, and its points there are the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.errors import NoFaceError
from facerecon.core.types import Landmarks, Photo, PointCloud
from facerecon.detection.search import Search
from facerecon.drawing.scan_view import ScanScene, ScanView
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, apply, rotation_from_vector
from facerecon.landmarks.schemes import convert
from facerecon.morphable.face_model import FaceModel
from facerecon.parts import Parts

SIDES, NEAR_SIDE = (320, 640), 640
"""px of the pictures from far, at first and where that shows no face, and from near."""
SMALLEST = (0.2, 0.06)
"""Of their sides: smaller faces are not looked for, so that a search takes seconds."""
CLOSE = 1.7
"""Width of the pictures from near over the face's largest extent."""
ALIKE = 0.18
"""Share of a head's size by which points of a true face miss the mean head's, at most, in the median."""
RELIEF = 0.5
"""Depth of a true face's points over the mean head's, at least."""
SURE = 0.12
"""Below this the search ends."""
FEWEST_POINTS = 100
"""Of a scan."""
FEWEST = 0.7
"""Share of the landmarks that must lie on the scan."""
ROUNDS = 10
"""Of reweighting where landmarks are laid onto the mean head's."""
LOOKS = 3
"""From near, each from what the last has shown to be the front."""


@dataclass(frozen=True, eq=False)
class ScanFace:
    """The face on a scan."""

    landmarks68: np.ndarray
    "`(68, 3)` iBUG points on the scan, in its own frame and unit; NaN where the scan has a hole"
    head_from_scan: np.ndarray
    "`(4, 4)` similarity from the scan to the mean head, mm: a start, its scale that of an average face"
    misfit: float
    "median distance of the landmarks from the mean head's over their rms distance from their middle"
    view: ScanView
    "the picture in which they were found"
    landmarks: Landmarks
    "what was found in it, px"

    def __post_init__(self):
        for name in ("landmarks68", "head_from_scan"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))

    @property
    def millimetres(self) -> float:
        """How many mm the scan's unit would be if the face were of average size."""
        return float(np.cbrt(np.linalg.det(self.head_from_scan[:3, :3])))


def locate_on_scan(cloud: PointCloud, parts: Parts) -> ScanFace:
    """Finds the face on a scan.

    Args:
        cloud: surface or points, in any frame and unit, with or without colours.
        parts: its detector, landmarker and head are used.

    Raises:
        NoFaceError: no face is seen from any side.
    """
    if len(cloud) < FEWEST_POINTS or not np.isfinite(cloud.points).all():
        raise NoFaceError("The scan has too few points to hold a face.", "no_face_on_scan")
    scene = ScanScene(cloud)
    centre, extent = scene.middle
    if not extent > 0:
        raise NoFaceError("The points of the scan all lie at one place.", "no_face_on_scan")
    best: _Sighting | None = None
    for rotation, side, smallest in _views():
        seen = _look(scene, parts, rotation, centre, extent, side, smallest)
        if seen is not None and (best is None or seen.misfit < best.misfit):
            best = seen
        if best is not None and (best.misfit < SURE or side > SIDES[0]):
            break
    if best is None:
        raise NoFaceError("No face was found on the scan, from whatever side.", "no_face_on_scan")
    return _closer(scene, parts, best)


def directions(roll: float = 0.0) -> Iterator[np.ndarray]:
    """Lists `(3, 3)` rotations view_from_scan: along the axes, edges and corners of a cube, rolled by an angle."""
    steps = sorted(product((-1, 0, 1), repeat=3), key=lambda step: (np.abs(step).sum(), -step[2]))
    for step in steps[1:]:
        away = -np.array(step) / np.linalg.norm(step)
        down = np.array([0, -1.0, 0]) if abs(away[1]) < 0.9 else np.array([0, 0, 1.0])
        down -= (down @ away) * away
        down /= np.linalg.norm(down)
        yield rotation_from_vector([0, 0, roll]) @ np.array([np.cross(down, away), down, away])


def _views() -> Iterator[tuple[np.ndarray, int, float]]:
    """Lists directions with the picture's side and the smallest face, px: quickly at first, then closely."""
    for roll, side, smallest in zip((0.0, np.pi / 4), SIDES, SMALLEST, strict=True):
        yield from ((rotation, side, smallest * side) for rotation in directions(roll))


@dataclass(frozen=True, eq=False)
class _Sighting:
    """A face in a picture of the scan, with the shape of a face."""

    view: ScanView
    landmarks: Landmarks
    points: np.ndarray
    "`(L, 3)` on the scan, NaN where there is none"
    head_from_scan: np.ndarray
    "`(4, 4)` similarity"
    misfit: float


def _look(
    scene: ScanScene,
    parts: Parts,
    rotation: np.ndarray,
    centre: np.ndarray,
    extent: float,
    side: int,
    smallest: float,
) -> _Sighting | None:
    """Looks for a face from one side; None where there is none, or it is flat or hollow."""
    view = scene.view(rotation, centre, extent, side)
    if not np.isfinite(view.depth).any():
        return None
    photo = Photo(view.image, "", None, "scan")
    for box in parts.detector.detect(photo, Search(min_face=smallest)).boxes:
        found = parts.landmarker.locate(photo, box)
        seen = None if found is None else _sighting(view, found, parts.head)
        if seen is not None:
            return seen
    return None


def _sighting(view: ScanView, found: Landmarks, head: FaceModel) -> _Sighting | None:
    """Traces landmarks back to the scan and compares them with the mean head's."""
    spread = head.landmark_spread(found.scheme)
    points = view.points_at(found.points, 0.03 * float(np.ptp(found.points, axis=0).max()))
    known = np.isfinite(points).all(axis=1) & np.isfinite(spread)
    if known.sum() < FEWEST * np.isfinite(spread).sum():
        return None
    mean = head.landmarks(found.scheme).on(head.mean, head.triangles)
    pose, misfit, relief = lay_on_head(points[known], mean[known], 1 / spread[known] ** 2)
    return _Sighting(view, found, points, pose, misfit) if misfit < ALIKE and relief > RELIEF else None


def lay_on_head(points: np.ndarray, mean: np.ndarray, information: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Lays points of a scan onto those of the mean head; those that were traced to what hides them count little.

    Args:
        points: `(N, 3)`.
        mean: `(N, 3)` mm.
        information: `(N,)` > 0: how much each counts.

    Returns:
        head_from_scan: `(4, 4)` similarity.
        misfit: see `ScanFace`.
        relief: how deep the points are over the head's, by linear regression: 1 a head, 0 a poster, -1 a mould.
    """
    size = float(np.sqrt(((mean - mean.mean(axis=0)) ** 2).sum(axis=1).mean()))
    weights = information
    for _ in range(ROUNDS):
        pose = procrustes(points, mean, weights, scale=True)
        placed = apply(pose, points)
        off = np.linalg.norm(placed - mean, axis=1) / size
        weights = information / (1 + (off / ALIKE) ** 2) ** 2  # Geman and McClure's loss
    # The share of the head's depth in the points' own, beside what a tilt explains.
    factors = np.column_stack([mean[:, 2], mean[:, :2], np.ones(len(mean))]) * np.sqrt(weights)[:, None]
    relief = float(np.linalg.lstsq(factors, placed[:, 2] * np.sqrt(weights))[0][0])
    return pose, float(np.median(off)), relief


def _closer(scene: ScanScene, parts: Parts, seen: _Sighting) -> ScanFace:
    """Looks at a face from its front, near."""
    for _ in range(LOOKS):
        known = seen.points[np.isfinite(seen.points).all(axis=1)]
        centre, extent = (known.min(axis=0) + known.max(axis=0)) / 2, np.ptp(known, axis=0).max() * CLOSE
        linear = seen.head_from_scan[:3, :3]
        rotation = CAMERA_FROM_FRONTAL @ linear / np.cbrt(np.linalg.det(linear))
        seen = _look(scene, parts, rotation, centre, extent, NEAR_SIDE, SMALLEST[0] * NEAR_SIDE) or seen
    landmarks68 = convert(seen.landmarks, "ibug68")
    reach = 0.03 * float(np.ptp(landmarks68.points, axis=0).max())
    points = seen.view.points_at(landmarks68.points, reach)
    return ScanFace(points, seen.head_from_scan, seen.misfit, seen.view, seen.landmarks)
