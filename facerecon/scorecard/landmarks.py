"""The landmarks by which a scan is scored: those that were found on it, those that were moved, and the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.errors import ScanError
from facerecon.evaluation.protocol import SEVEN
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, invert
from facerecon.morphable.face_model import FaceModel

FEWEST = 6
"of 68 that must be known for the others to be guessed"
ALIKE = 0.3
"share of their size by which half of seven points may miss the mean head's: people differ by a tenth"


def whole_landmarks(found: np.ndarray, moved: Mapping[int, np.ndarray], head: FaceModel) -> np.ndarray:
    """Gives all 68 landmarks of a scan.

    What has a hole in the scan gets the mean head's point, laid there by the landmarks that are known.

    Args:
        found: `(68, 3)` mm, iBUG's order; NaN where none was found.
        moved: which of `SEVEN` → `(3,)` where a person has put it.
        head: whose mean fills the gaps.

    Raises:
        ScanError: too few are known.
    """
    check_shape(found, (68, 3), "found")
    marks = np.array(found, dtype=np.float64)
    for number, place in moved.items():
        marks[SEVEN[number]] = place
    known = np.isfinite(marks).all(axis=1)
    if known.all():
        return marks
    if known.sum() < FEWEST:
        raise ScanError(f"Only {known.sum()} landmarks lie on the scan.", "scan_few_landmarks")
    mean = head.landmarks("ibug68").on(head.mean, head.triangles)
    marks[~known] = apply(procrustes(mean[known], marks[known], scale=True), mean[~known])
    return marks


def seven_alone(points: np.ndarray, head: FaceModel) -> tuple[np.ndarray, np.ndarray]:
    """Lays the mean head out by seven landmarks that a person has put on a scan.

    Args:
        points: `(7, 3)` in the order of `SEVEN`, in the scan's frame and unit.
        head: whose mean gives the other landmarks.

    Returns:
        landmarks68: `(68, 3)` in the scan's frame and unit.
        head_from_scan: `(4, 4)` similarity to the mean head, mm.

    Raises:
        ScanError: the points do not lie as those of a face do.
    """
    check_shape(points, (7, 3), "points")
    mean = head.landmarks("ibug68").on(head.mean, head.triangles)
    seven = mean[list(SEVEN)]
    scan_from_head = procrustes(seven, points, scale=True)
    off = np.linalg.norm(apply(scan_from_head, seven) - points, axis=1)
    size = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())
    if not np.median(off) < ALIKE * size:
        raise ScanError("The seven points do not lie as those of a face do.", "scan_not_a_face")
    moved = dict(enumerate(points))
    return whole_landmarks(np.full((68, 3), np.nan), moved, head), invert(scan_from_head)
