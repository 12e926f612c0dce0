"""From candidates to proposals, and from these to faces: a threshold, then non-maximum suppression.

Selecting is instant, so that sliders can call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.nms import suppress
from facerecon.detection.search import Search

NESTED = 0.7
"""Of the smaller box: two that share more are one face, for an eye is no second one."""
MOST = 500
"""Proposals of one photo at most."""


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


def proposed(candidates: Faces, overlap: float, search: Search) -> Faces:
    """Makes proposals of candidates: best first, of wanted sizes, without what lies in a better face, not too many.

    What a better box would suppress shares its fate, so that no part of a face that is left out becomes a face.

    Args:
        candidates: of one photo, one face many times.
        overlap: intersection over union above which two boxes are one face.
        search: which sizes are wanted.
    """
    result = suppress(candidates.boxes, candidates.scores, overlap)
    best = np.where(result.suppressor < 0, np.arange(len(candidates)), result.suppressor)
    kept = result.kept
    apart = kept[suppress(candidates.boxes[kept], candidates.scores[kept], overlap, NESTED).kept]
    wanted = search.wants(candidates.sizes)
    rows = np.flatnonzero(wanted & wanted[best] & np.isin(best, apart))
    # Where there are too many, one a face goes before the second of any.
    rows = rows[np.lexsort((-candidates.scores[rows], best[rows] != rows))]
    return best_first(rows_of(candidates, np.sort(rows[:MOST])))


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
