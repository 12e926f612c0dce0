"""From the landmarks of one face, laid on the mean head, to its identity.

What an identity does to a landmark depends on how the head is turned: a nose's height shows from the side, its breadth
from the front. So features of the landmarks' offsets are multiplied with terms of the pose (a bilinear model: Tenenbaum
and Freeman 2000) before they are read, once straight, once through a hidden layer that adds what is not linear.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class IdentityFromLandmarks(nn.Module):
    """Predicts the coefficients of a head model.

    Args:
        offsets: how many numbers tell where the landmarks are off the mean head.
        others: how many other numbers come along, as expression scores.
        terms: how many terms of the pose there are; the first is 1.
        identities: how many coefficients.
        features: into how many numbers the offsets are gathered.
        hidden: width of the hidden layer.
        dropout: share of the features, and of the hidden units, that training leaves out.
    """

    def __init__(
        self,
        offsets: int,
        others: int,
        terms: int,
        identities: int,
        features: int = 80,
        hidden: int = 96,
        dropout: float = 0.3,
    ):
        super().__init__()
        self.gather = nn.Linear(offsets, features)
        width = terms * features + others + terms
        self.straight = nn.Linear(width, identities)
        self.bent = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(dropout))
        self.correct = nn.Linear(hidden, identities, bias=False)

    def posed(self, offsets: Tensor, others: Tensor, terms: Tensor) -> Tensor:
        """Multiplies the offsets' features with the pose's terms, and lines up everything, `(B, W)`; see `forward`."""
        gathered = self.gather(offsets)  # (B, F)
        return torch.cat([(terms[:, :, None] * gathered[:, None, :]).flatten(1), others, terms], dim=1)

    def forward(self, offsets: Tensor, others: Tensor, terms: Tensor) -> Tensor:
        """Predicts, in standard deviations of the head model's prior, `(B, I)`.

        Args:
            offsets: `(B, N)` mm.
            others: `(B, S)` in [0, 1].
            terms: `(B, K)` of the pose, in [-1, 1].
        """
        together = self.posed(offsets, others, terms)
        return self.straight(together) + self.correct(self.bent(together))
