"""Triplets taken apart: what the loss says of three points, where it pulls them, and which triplets teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from facerecon.core.arrays import check_shape
from facerecon.networks.metric_losses import semi_hard_triplets, triplet_loss


@dataclass(frozen=True, eq=False)
class Triplet:
    near: float
    "squared distance from the anchor to the positive"
    far: float
    "squared distance from the anchor to the negative"
    loss: float
    zone: str
    "where the negative lies: `hard`, nearer than the positive; `semi_hard`, farther by less than the margin; `easy`"
    pulls: np.ndarray
    "`(3, D)` minus the loss's gradient by anchor, positive and negative: where a step of learning moves them"


@dataclass(frozen=True)
class Lesson:
    """What a batch has to teach."""

    pairs: int
    "of an anchor and a positive"
    triplets: int
    "of them, those with a semi-hard negative"
    loss: float
    "the mean over these triplets; 0: there are none"


def take_apart(points: np.ndarray, margin: float) -> Triplet:
    """Computes the loss of one triplet, and its gradient, by the very function that trains the network.

    Args:
        points: `(3, D)`: anchor, positive and negative.
        margin: between squared distances.
    """
    check_shape(points, (3, "D"), "points")
    rows = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    loss = triplet_loss(*rows[:, None], margin=margin)
    loss.backward()
    near, far = ((points[0] - points[1:]) ** 2).sum(axis=1).tolist()
    zone = "hard" if far <= near else "semi_hard" if far < near + margin else "easy"
    return Triplet(near, far, float(loss.detach()), zone, -rows.grad.numpy())


def teach(embeddings: np.ndarray, persons: Sequence[int], margin: float) -> Lesson:
    """Tells what a batch of faces would teach a network.

    Args:
        embeddings: `(B, D)` unit vectors.
        persons: `(B,)` whose face each row is.
        margin: between squared distances.
    """
    rows, labels = torch.from_numpy(np.array(embeddings)), torch.tensor(persons)
    chosen = semi_hard_triplets(rows, labels, margin)
    loss = triplet_loss(*(rows[index] for index in chosen), margin=margin)
    counts = np.unique(np.asarray(persons), return_counts=True)[1]
    return Lesson(int((counts * (counts - 1)).sum()), len(chosen.anchor), float(loss))


def plane(anchor: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Finds the plane through three embeddings, in which all three distances are true.

    Args:
        anchor: `(D,)`.
        positive: `(D,)`.
        negative: `(D,)`; where the three lie in one line, the plane is one of those through it.

    Returns:
        `(2, D)` orthonormal axes: the first points from the anchor to the positive, the negative lies above it.
    """
    axes, triangle = np.linalg.qr(np.stack([positive - anchor, negative - anchor], axis=1))
    # The factors of QR are unique up to signs: these make no diagonal element negative.
    return (axes * np.where(np.diag(triangle) < 0, -1, 1)).T
