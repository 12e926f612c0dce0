"""RetinaFace opened up for those who want to learn: what each layer and each anchor answers on one view of a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from facerecon.detection.anchors import BACKGROUND, anchors, decode_boxes
from facerecon.networks.losses import cross_entropy, focal_loss
from facerecon.networks.retinaface import ANCHORS, STRIDES, normalised
from facerecon.networks.trace import Layer, trace

LEVELS = ("p3", "p4", "p5")
HARDEST = 0.01
"""Share of the background anchors that are called hard: those which look most like a face to the network."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network says of every anchor."""

    anchors: np.ndarray
    "`(A, 4)` px of the view: P3's first, row by row, those of one cell side by side"
    logits: np.ndarray
    "`(A,)` log-odds of a face"
    boxes: np.ndarray
    "`(A, 4)` px of the view: where the face would be"
    shapes: tuple[tuple[int, int], ...]
    "rows and columns of cells of P3, P4, P5"

    @property
    def scores(self) -> np.ndarray:
        """`(A,)` probability of a face."""
        return 1 / (1 + np.exp(-self.logits))

    def rows(self, level: int) -> slice:
        """Gives the anchors of one level, 0 for P3."""
        ends = np.cumsum([0, *(ANCHORS * height * width for height, width in self.shapes)])
        return slice(int(ends[level]), int(ends[level + 1]))

    def level(self, row: int) -> str:
        """Names the level of an anchor."""
        return next(name for index, name in enumerate(LEVELS) if row < self.rows(index).stop)

    def score_map(self, level: int) -> np.ndarray:
        """Gives the better score of each cell of one level, `(h, w)`."""
        return self.scores[self.rows(level)].reshape(*self.shapes[level], ANCHORS).max(axis=2)

    def at(self, x: float, y: float) -> np.ndarray:
        """Finds the anchors of the cells that hold a point, px: two a level, `(6,)`."""
        found = []
        for level, ((height, width), stride) in enumerate(zip(self.shapes, STRIDES, strict=True)):
            row = int(np.clip((y + 0.5) // stride, 0, height - 1))
            column = int(np.clip((x + 0.5) // stride, 0, width - 1))
            found.append(self.rows(level).start + (row * width + column) * ANCHORS + np.arange(ANCHORS))
        return np.concatenate(found)


def layers(network: nn.Module, view: np.ndarray) -> dict[str, Layer]:
    """Keeps what every layer of RetinaFace saw and said of a view `(H, W, 3)` RGB uint8."""
    return trace(network, normalised(view[None], _device(network)))


def answers(network: nn.Module, view: np.ndarray) -> Answers:
    """Runs RetinaFace on a view `(H, W, 3)` RGB uint8 and reads what it says of each anchor."""
    height, width = view.shape[:2]
    with torch.inference_mode():
        said = network(normalised(view[None], _device(network)))
    logits, offsets = (part[0].cpu().numpy().astype(np.float64) for part in (said.logits, said.boxes))
    laid = anchors(height, width)
    shapes = tuple((-(-height // stride), -(-width // stride)) for stride in STRIDES)
    return Answers(laid, logits, decode_boxes(offsets, laid), shapes)


def peaks(said: Answers, box: np.ndarray) -> np.ndarray:
    """Finds the best score of each level among the anchors whose middle lies in a box `(4,)`: `(3,)`, 0 without any."""
    middles = (said.anchors[:, :2] + said.anchors[:, 2:]) / 2
    scores = np.where(((middles >= box[:2]) & (middles <= box[2:])).all(axis=1), said.scores, 0)
    return np.array([scores[said.rows(level)].max(initial=0) for level in range(len(LEVELS))])


def anchor_losses(
    logits: np.ndarray, assigned: np.ndarray, gamma: float, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Measures what every anchor's answer costs: cross-entropy and focal loss, each `(A,)`, 0 where it is ignored.

    Args:
        logits: `(A,)` log-odds of a face.
        assigned: `(A,)` from `anchors.assign`.
        gamma: γ of the focal loss.
        alpha: α of the focal loss.
    """
    given, positive = torch.from_numpy(logits), torch.from_numpy(assigned >= 0)
    counts = (assigned >= 0) | (assigned == BACKGROUND)
    both = cross_entropy(given, positive), focal_loss(given, positive, gamma, alpha)
    return tuple(np.where(counts, loss.numpy(), 0.0) for loss in both)


def loss_groups(logits: np.ndarray, assigned: np.ndarray) -> dict[str, np.ndarray]:
    """Sorts the anchors that count into `face`, `hard` and `easy` background, each `(A,)` bool."""
    background = np.flatnonzero(assigned == BACKGROUND)
    worst = background[np.argsort(-logits[background], kind="stable")[: round(HARDEST * len(background))]]
    hard = np.zeros(len(logits), bool)
    hard[worst] = True
    return {"face": assigned >= 0, "hard": hard, "easy": (assigned == BACKGROUND) & ~hard}


def shares(loss: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """Measures which share of a loss `(A,)` comes from each group of anchors, `(G,)`, sum 1 (or 0 without loss)."""
    sums = np.array([loss[group].sum() for group in groups])
    return sums / max(sums.sum(), np.finfo(float).tiny)


def _device(network: nn.Module) -> torch.device:
    return next(network.parameters()).device
