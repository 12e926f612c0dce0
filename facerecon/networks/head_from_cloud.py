"""Two PointNets after each other: the first finds how a head is turned, the second what is left, and the shape."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from facerecon.networks.pointnet import HeadPrediction, PointNet

UNIT = 100.0
"mm, that are 1 for the networks"


class HeadFromCloud(nn.Module):
    """Finds pose and shape of a head of which there is a cloud, however turned.

    Args:
        identity: how many coefficients of shape.
    """

    def __init__(self, identity: int):
        super().__init__()
        self.coarse = PointNet(0)
        self.fine = PointNet(identity)

    def initialise(self, generator: torch.Generator) -> HeadFromCloud:
        """Draws weights; see `PointNet.initialise`."""
        self.coarse.initialise(generator)
        self.fine.initialise(generator)
        return self

    def forward(self, points: Tensor, turns: int = 3, refinements: int = 2) -> HeadPrediction:
        """Predicts, in mm.

        Args:
            points: `(B, N, 3)` mm.
            turns: how often the first network turns the cloud.
            refinements: how often the second network corrects the pose, at least once.
        """
        middle = geometric_median(points)[:, None]  # (B, 1, 3)
        rotation = torch.eye(3, device=points.device).expand(len(points), 3, 3)  # cloud_from_head
        for _ in range(turns):
            turn, shift, _ = self.coarse((points - middle) @ rotation / UNIT)
            origin = middle[:, 0] + UNIT * _turned(rotation, shift)  # (B, 3)
            rotation = rotation @ turn
        for _ in range(refinements):
            in_head = (points - origin[:, None]) @ rotation  # (B, N, 3): rows times R are turned by R's inverse
            turn, shift, identity = self.fine(in_head / UNIT)
            origin = origin + UNIT * _turned(rotation, shift)
            rotation = rotation @ turn
        return HeadPrediction(rotation, origin, identity)


def _turned(rotation: Tensor, vectors: Tensor) -> Tensor:
    """Turns vectors `(B, 3)` by `(B, 3, 3)`."""
    return (rotation @ vectors[:, :, None])[:, :, 0]


def geometric_median(points: Tensor, iterations: int = 8) -> Tensor:
    """Finds the place with the least sum of distances, by Weiszfeld's iteration: it turns along, outliers or not.

    Args:
        points: `(B, N, 3)`.
        iterations: from the mean on.

    Returns:
        `(B, 3)`.
    """
    middle = points.mean(dim=1)
    for _ in range(iterations):
        weights = 1 / (points - middle[:, None]).square().sum(dim=2, keepdim=True).clamp(min=1e-6).sqrt()
        middle = (weights * points).sum(dim=1) / weights.sum(dim=1)
    return middle
