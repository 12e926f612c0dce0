"""Non-maximum suppression: one detection a face, of the many that a detector proposes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from facerecon.geometry.boxes import iou, overlap_of_smaller


@dataclass(frozen=True, eq=False)
class Suppression:
    kept: np.ndarray
    "`(K,)` rows of the boxes that stay, best first"
    suppressor: np.ndarray
    "`(N,)` by box: row of the best kept box that suppressed it, −1 where it was kept"


def suppress(boxes: np.ndarray, scores: np.ndarray, overlap: float = 0.3, smaller: float = 1.0) -> Suppression:
    """Keeps the best of the boxes that cover one another, greedily by score.

    Args:
        boxes: `(N, 4)` x0 y0 x1 y1.
        scores: `(N,)`.
        overlap: a box goes where its intersection over union with a better one is larger.
        smaller: so it does where its intersection over the smaller of the two is larger (an eye is no second face).

    Returns:
        What stays and what suppressed the rest; ties keep their order, so that the result is always the same.
    """
    order = np.argsort(-scores, kind="stable")
    suppressor = np.full(len(boxes), -1)
    waiting = order
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        one, others = boxes[best][None], boxes[waiting]
        covered = (iou(one, others)[0] > overlap) | (overlap_of_smaller(one, others)[0] > smaller)
        suppressor[waiting[covered]] = best
        waiting = waiting[~covered]
    return Suppression(order[suppressor[order] < 0], suppressor)


def suppress_batch(
    boxes: np.ndarray, scores: np.ndarray, image: np.ndarray, overlap: float = 0.3, smaller: float = 1.0
) -> Suppression:
    """Does what `suppress` does for the boxes of many images at once; boxes of different images never meet.

    Args:
        boxes: `(N, 4)`.
        scores: `(N,)`.
        image: `(N,)` which image each box belongs to.
        overlap: as for `suppress`.
        smaller: as for `suppress`.
    """
    suppressor = np.full(len(boxes), -1)
    for one in np.unique(image):
        rows = np.flatnonzero(image == one)
        local = suppress(boxes[rows], scores[rows], overlap, smaller).suppressor
        suppressor[rows] = np.where(local < 0, -1, rows[local])
    order = np.argsort(-scores, kind="stable")
    return Suppression(order[suppressor[order] < 0], suppressor)


def soft_suppress(
    boxes: np.ndarray,
    scores: np.ndarray,
    decay: Literal["linear", "gaussian"] = "gaussian",
    overlap: float = 0.3,
    sigma: float = 0.5,
    floor: float = 1e-3,
) -> tuple[np.ndarray, np.ndarray]:
    """Lowers the scores of boxes that better ones cover, instead of dropping them (Bodla et al. 2017, Soft-NMS).

    Faces that really overlap keep a chance. By intersection over union u a score falls by the factor 1 − u where u
    exceeds `overlap` (linear, equation 2), or by exp(−u² / σ) (gaussian, equation 3).

    Args:
        boxes: `(N, 4)`.
        scores: `(N,)`.
        decay: how scores fall.
        overlap: for the linear decay.
        sigma: σ of the gaussian decay.
        floor: boxes whose score falls below go.

    Returns:
        Rows `(K,)` of the boxes that stay, best lowered score first, and these scores `(K,)`.
    """
    lowered = np.array(scores, dtype=np.float64)
    waiting = np.flatnonzero(lowered >= floor)
    kept = []
    while len(waiting):
        first = lowered[waiting].argmax()
        kept.append(best := waiting[first])
        waiting = np.delete(waiting, first)
        covered = iou(boxes[best][None], boxes[waiting])[0]
        linear = np.where(covered > overlap, 1 - covered, 1.0)
        lowered[waiting] *= linear if decay == "linear" else np.exp(-(covered**2) / sigma)
        waiting = waiting[lowered[waiting] >= floor]
    rows = np.array(kept, dtype=np.int64)
    return rows, lowered[rows]
