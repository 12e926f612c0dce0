"""PointNet (Qi et al. 2017, arXiv:1612.00593): from a cloud of points, in any order, to a head's pose and shape.

Each point goes alone through the same layers; the largest answer to each feature is kept, and it is the same in
whatever order the points come (section 4.2). What is kept is read by a small network.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from facerecon.networks.rotations import rotation_from_six


class HeadPrediction(NamedTuple):
    """A head for each cloud of a batch."""

    rotation: Tensor
    "`(B, 3, 3)` cloud_from_head"
    translation: Tensor
    "`(B, 3)` where the head's origin is in the cloud, in the cloud's unit"
    identity: Tensor
    "`(B, I)` standard deviations of the head model's prior"


class PointNet(nn.Module):
    """Reads pose and shape of a head from a cloud.

    The paper's T-Net, which turns a cloud before it is read, is a network like this one, and nobody tells it how to
    turn; here a first PointNet is taught the pose, and a second one reads the turned cloud.

    Args:
        identity: how many coefficients of shape; 0: pose alone.
        widths: of the layers that every point goes through.
        hidden: of the layers that read the pooled features.
    """

    def __init__(self, identity: int, widths: tuple[int, ...] = (32, 64, 256), hidden: tuple[int, ...] = (256, 128)):
        super().__init__()
        self.each_point = _layers((3, *widths))
        self.read = _layers((widths[-1], *hidden))
        self.answer = nn.Linear(hidden[-1], 9 + identity)

    def initialise(self, generator: torch.Generator) -> PointNet:
        """Draws weights (He et al. 2015); the first answer to anything is near the mean head, unturned."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        nn.init.zeros_(self.answer.bias)
        with torch.no_grad():
            self.answer.weight.mul_(0.05)
            self.answer.bias[[0, 4]] = 1.0
        return self

    def forward(self, points: Tensor) -> HeadPrediction:
        """Predicts.

        Args:
            points: `(B, N, 3)`, a head about 2 units high, near the origin.
        """
        features = self.each_point(points.flatten(0, 1))  # (B N, F)
        pooled = features.view(*points.shape[:2], -1).amax(dim=1)  # (B, F)
        answer = self.answer(self.read(pooled))  # (B, 9 + I)
        return HeadPrediction(rotation_from_six(answer[:, :6]), answer[:, 6:9], answer[:, 9:])


def _layers(widths: tuple[int, ...]) -> nn.Sequential:
    """Stacks linear layers, each with batch normalisation and ReLU, as the paper does (appendix C)."""
    pairs = zip(widths[:-1], widths[1:], strict=True)
    return nn.Sequential(
        *(layer for a, b in pairs for layer in (nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()))
    )
