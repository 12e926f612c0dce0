"""The triplet loss of FaceNet (Schroff et al. 2015, arXiv:1503.03832): a face shall be nearer to all faces of the same
person than to any face of another, by a margin.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

MARGIN = 0.2
"""α of the paper, on squared distances."""


class Triplets(NamedTuple):
    """Rows of a batch: each anchor with a face of the same person and one of another."""

    anchor: Tensor
    "`(T,)`"
    positive: Tensor
    "`(T,)` same person as the anchor, another face"
    negative: Tensor
    "`(T,)` another person"


def squared_distances(embeddings: Tensor) -> Tensor:
    """Gives `(B, B)` squared distances between unit vectors `(B, D)`: 2 - 2 cos, in [0, 4]."""
    return (2 - 2 * embeddings @ embeddings.T).clamp(min=0)


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = MARGIN) -> Tensor:
    """Measures by how much triplets break the rule |a - p|² + α < |a - n|² (eq. 1 and 3), in the mean.

    Args:
        anchor: `(T, D)` embeddings.
        positive: `(T, D)` of the same persons.
        negative: `(T, D)` of other persons.
        margin: α.

    Returns:
        A number; 0 for no triplets.
    """
    near = (anchor - positive).square().sum(dim=1)
    far = (anchor - negative).square().sum(dim=1)
    return (near - far + margin).clamp(min=0).sum() / max(len(anchor), 1)


@torch.no_grad()
def semi_hard_triplets(embeddings: Tensor, persons: Tensor, margin: float = MARGIN) -> Triplets:
    """Chooses the triplets of a batch that teach most, without those that would make all vectors collapse.

    For each pair of faces of one person, the negative is the nearest that is farther than the positive but not by the
    margin (section 3.2, eq. 4: “semi-hard”). Pairs without such a negative are left out: either they obey
    already, or all that break the rule are nearer than the positive, which early in training leads to a collapse.

    Args:
        embeddings: `(B, D)` unit vectors.
        persons: `(B,)` whose face each row is.
        margin: α.
    """
    squares = squared_distances(embeddings)
    same = persons[:, None] == persons[None, :]
    anchor, positive = torch.nonzero(same & ~torch.eye(len(persons), dtype=torch.bool, device=same.device)).T
    near, far = squares[anchor, positive][:, None], squares[anchor]  # (P, 1), (P, B)
    allowed = ~same[anchor] & (far > near) & (far < near + margin)
    negative = far.masked_fill(~allowed, torch.inf).argmin(dim=1)
    found = allowed.any(dim=1)
    return Triplets(anchor[found], positive[found], negative[found])


def batch_triplet_loss(embeddings: Tensor, persons: Tensor, margin: float = MARGIN) -> Tensor:
    """Gives the loss of a batch: the triplet loss of its semi-hard triplets.

    Args:
        embeddings: `(B, D)` unit vectors.
        persons: `(B,)` whose face each row is.
        margin: α.
    """
    rows = semi_hard_triplets(embeddings, persons, margin)
    return triplet_loss(*(embeddings[row] for row in rows), margin=margin)
