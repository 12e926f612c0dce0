"""The landmarks by which a scan is scored: those that were found on it, those that were moved, and the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.errors import ScanError
from facerecon.evaluation.protocol import SEVEN
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply
from facerecon.morphable.face_model import FaceModel

FEWEST = 6
"of 68 that must be known for the others to be guessed"


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
