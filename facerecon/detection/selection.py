"""From proposals to faces: a threshold, then non-maximum suppression. Instant, so that sliders can call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.nms import suppress


@dataclass(frozen=True, eq=False)
class Selection:
    faces: Faces
    "what was kept, the largest first"
    kept: np.ndarray
    "`(F,)` by face: its row among the proposals"
    suppressed: np.ndarray
    "`(S,)` rows of the proposals that a better one suppressed; the rest is below the threshold"
    suppressor: np.ndarray
    "`(S,)` by suppressed proposal: the row that suppressed it, one of `kept`"


def select(proposals: Faces, threshold: float, overlap: float) -> Selection:
    """Chooses one box a face.

    Args:
        proposals: every candidate of one photo.
        threshold: score that a face needs.
        overlap: intersection over union above which two boxes are one face.
    """
    rows = np.flatnonzero(proposals.scores >= threshold)
    result = suppress(proposals.boxes[rows], proposals.scores[rows], overlap)
    kept = rows[result.kept]
    kept = kept[np.argsort(-proposals.sizes[kept], kind="stable")]
    gone = np.flatnonzero(result.suppressor >= 0)
    return Selection(rows_of(proposals, kept), kept, rows[gone], rows[result.suppressor[gone]])


def rows_of(faces: Faces, rows: np.ndarray) -> Faces:
    """Chooses some of the faces."""
    keypoints = None if faces.keypoints is None else faces.keypoints[rows]
    return Faces(faces.boxes[rows], faces.scores[rows], keypoints)


def joined(parts: Sequence[Faces]) -> Faces:
    """Joins faces; points are lost where some part that holds a face has none."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return Faces.none()
    points = [part.keypoints for part in parts]
    return Faces(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        None if any(one is None for one in points) else np.concatenate(points),
    )


def best_first(faces: Faces) -> Faces:
    """Sorts faces by score."""
    return rows_of(faces, np.argsort(-faces.scores, kind="stable"))
