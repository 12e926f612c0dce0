"""Detections against true boxes: which is which, precision and recall at every threshold, average precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Faces
from facerecon.geometry.boxes import areas, iou

NO_FACE, IGNORED = -1, -2
"""Values of `Match.truth`: a false positive, and a find that is neither right nor wrong."""


@dataclass(frozen=True, eq=False)
class Match:
    """The detections of one picture, told apart, the best first."""

    scores: np.ndarray
    "`(D,)` falling"
    truth: np.ndarray
    "`(D,)` row of the true box that it found, NO_FACE or IGNORED"
    overlaps: np.ndarray
    "`(D,)` IoU with the true box that it found; 0 where there is none"
    sizes: np.ndarray
    "`(D,)` px: of the true box that it found, else its own (square root of the area)"
    true_sizes: np.ndarray
    "`(F,)` px, of the true boxes"


@dataclass(frozen=True, eq=False)
class Curve:
    """Precision and recall when everything down to a threshold counts, one row a threshold."""

    thresholds: np.ndarray
    "`(K,)` falling: the scores that occur"
    precision: np.ndarray
    "`(K,)` share of the detections that are right"
    recall: np.ndarray
    "`(K,)` share of the true faces that are found; NaN where there are none"
    faces: int
    "how many true faces there are"

    @property
    def average_precision(self) -> float:
        """Area under the curve, precision made falling (all-point interpolation, Everingham et al. 2015, 4.2)."""
        best_further_down = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float((np.diff(self.recall, prepend=0.0) * best_further_down).sum()) if self.faces else float("nan")

    def at(self, threshold: float) -> tuple[float, float]:
        """Gives precision and recall of the detections that score `threshold` or more; no detection, no precision."""
        rows = int((self.thresholds >= threshold).sum())
        if rows == 0:
            return float("nan"), 0.0 if self.faces else float("nan")
        return float(self.precision[rows - 1]), float(self.recall[rows - 1])


def match(found: Faces, boxes: np.ndarray, ignored: np.ndarray | None = None, overlap: float = 0.5) -> Match:
    """Tells which detection found which true box: greedily by score, each takes the nearest box that is still free.

    Args:
        found: detections in one picture, in any order.
        boxes: `(F, 4)` px, the true boxes; each can be found once, a second detection of it is a false positive.
        ignored: `(I, 4)` px, faces that may be found or not, any number of times.
        overlap: IoU from which on a detection counts as that box.
    """
    check_shape(boxes, ("F", 4), "boxes")
    order = np.argsort(-found.scores, kind="stable")
    mine, sizes, true_sizes = found.boxes[order], found.sizes[order], np.sqrt(areas(boxes))
    near = iou(mine, boxes)
    excused = (iou(mine, np.zeros((0, 4)) if ignored is None else ignored) >= overlap).any(axis=1)
    truth, overlaps = np.where(excused, IGNORED, NO_FACE), np.zeros(len(mine))
    for row in range(len(mine) if len(boxes) else 0):
        nearest = int(near[row].argmax())
        if near[row, nearest] >= overlap:
            truth[row], overlaps[row], sizes[row] = nearest, near[row, nearest], true_sizes[nearest]
            near[:, nearest] = -1.0
    return Match(found.scores[order], truth, overlaps, sizes, true_sizes)


def curve(pictures: Sequence[Match], sizes: tuple[float, float] = (0.0, float("inf"))) -> Curve:
    """Draws precision against recall over several pictures.

    Args:
        pictures: one match a picture.
        sizes: px, from … up to: only faces of these sizes count, and false positives of these sizes.
    """
    low, high = sizes
    scores, truth, size = (_joined(pictures, name) for name in ("scores", "truth", "sizes"))
    counts = (truth != IGNORED) & (size >= low) & (size < high)
    faces = sum(int(((one.true_sizes >= low) & (one.true_sizes < high)).sum()) for one in pictures)
    order = np.argsort(-scores[counts], kind="stable")
    scores, right = scores[counts][order], np.cumsum(truth[counts][order] >= 0)
    # Detections of the same score stand or fall together.
    last = np.flatnonzero(np.diff(scores, append=-np.inf) < 0)
    recall = right[last] / faces if faces else np.full(len(last), np.nan)
    return Curve(scores[last], right[last] / (last + 1), recall, faces)


def _joined(pictures: Sequence[Match], name: str) -> np.ndarray:
    return np.concatenate([np.zeros(0), *(getattr(picture, name) for picture in pictures)])
