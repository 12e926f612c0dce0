"""Inception-ResNet-v1 (Szegedy et al. 2017, arXiv:1602.07261, figures 10 to 15) as FaceNet's embedding network.

Schroff et al. 2015, arXiv:1503.03832 trained an Inception network with a triplet loss; David Sandberg's well-known
weights are of this newer network. Batch normalisation stays apart from the convolutions, so that it can be trained.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 160
"""px of the picture of a face."""
DIMENSIONS = 512
EPSILON = 1e-3
"""Added to the variance in every batch normalisation."""
DROPOUT = 0.6


def unit(channels: int, filters: int, size: int | tuple[int, int], stride: int = 1, padded: bool = True) -> nn.Module:
    """Makes a convolution without bias, its batch normalisation and ReLU."""
    size = (size, size) if isinstance(size, int) else size
    padding = (size[0] // 2, size[1] // 2) if padded else 0
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(channels, filters, size, stride, padding, bias=False),
            norm=nn.BatchNorm2d(filters, eps=EPSILON),
            activation=nn.ReLU(),
        )
    )


class Residual(nn.Module):
    """Branches side by side, mixed by a 1×1 convolution and added, scaled down, to what came in.

    Args:
        channels: of input and output.
        branches: each maps `channels` to its own number.
        width: channels of all branches together.
        scale: of what is added; keeps deep sums stable (section 3.3).
        last: whether nothing follows that needs a ReLU.
    """

    def __init__(self, channels: int, branches: list[nn.Module], width: int, scale: float, last: bool = False):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.mix = nn.Conv2d(width, channels, 1)
        self.scale, self.last = scale, last

    def forward(self, features: Tensor) -> Tensor:
        seen = torch.cat([branch(features) for branch in self.branches], dim=1)
        total = features + self.scale * self.mix(seen)
        return total if self.last else functional.relu(total)


class Reduction(nn.Module):
    """Branches of stride 2 side by side, the last of them a maximum."""

    def __init__(self, branches: list[nn.Module]):
        super().__init__()
        self.branches = nn.ModuleList([*branches, nn.MaxPool2d(3, 2)])

    def forward(self, features: Tensor) -> Tensor:
        return torch.cat([branch(features) for branch in self.branches], dim=1)


class InceptionResnet(nn.Module):
    """Maps pictures of faces to 512 numbers."""

    def __init__(self):
        super().__init__()
        layers = [
            unit(3, 32, 3, 2, padded=False),  # (B, 32, 79, 79)
            unit(32, 32, 3, padded=False),  # 77
            unit(32, 64, 3),
            nn.MaxPool2d(3, 2),  # 38
            unit(64, 80, 1),
            unit(80, 192, 3, padded=False),  # 36
            unit(192, 256, 3, 2, padded=False),  # (B, 256, 17, 17)
        ]
        self.stem = nn.Sequential(*layers)
        self.stage35 = nn.Sequential(*(_block35() for _ in range(5)))
        self.reduction17 = _reduction17()  # (B, 896, 8, 8)
        self.stage17 = nn.Sequential(*(_block17() for _ in range(10)))
        self.reduction8 = _reduction8()  # (B, 1792, 3, 3)
        self.stage8 = nn.Sequential(*(_block8(0.2) for _ in range(5)), _block8(1.0, last=True))
        self.dropout = nn.Dropout(DROPOUT)
        self.embedding = nn.Linear(1792, DIMENSIONS, bias=False)
        self.norm = nn.BatchNorm1d(DIMENSIONS, eps=EPSILON)

    def forward(self, pixels: Tensor) -> Tensor:
        """Gives `(B, 512)`, not normalised, of pixels `(B, 3, 160, 160)`, RGB in [0, 255]."""
        features = self.stem((pixels - 127.5) / 128)
        features = self.stage17(self.reduction17(self.stage35(features)))
        features = self.stage8(self.reduction8(features))
        return self.norm(self.embedding(self.dropout(features.mean(dim=(2, 3)))))


def _block35() -> Residual:
    """Figure 10."""
    branches = [
        unit(256, 32, 1),
        nn.Sequential(unit(256, 32, 1), unit(32, 32, 3)),
        nn.Sequential(unit(256, 32, 1), unit(32, 32, 3), unit(32, 32, 3)),
    ]
    return Residual(256, branches, 96, 0.17)


def _block17() -> Residual:
    """Figure 11: 7×7 as a row and a column."""
    row_and_column = nn.Sequential(unit(896, 128, 1), unit(128, 128, (1, 7)), unit(128, 128, (7, 1)))
    return Residual(896, [unit(896, 128, 1), row_and_column], 256, 0.1)


def _block8(scale: float, last: bool = False) -> Residual:
    """Figure 13: 3×3 as a row and a column."""
    row_and_column = nn.Sequential(unit(1792, 192, 1), unit(192, 192, (1, 3)), unit(192, 192, (3, 1)))
    return Residual(1792, [unit(1792, 192, 1), row_and_column], 384, scale, last)


def _reduction17() -> Reduction:
    """Figure 7 with the numbers of table 1."""
    deep = nn.Sequential(unit(256, 192, 1), unit(192, 192, 3), unit(192, 256, 3, 2, padded=False))
    return Reduction([unit(256, 384, 3, 2, padded=False), deep])


def _reduction8() -> Reduction:
    """Figure 12."""
    return Reduction(
        [
            nn.Sequential(unit(896, 256, 1), unit(256, 384, 3, 2, padded=False)),
            nn.Sequential(unit(896, 256, 1), unit(256, 256, 3, 2, padded=False)),
            nn.Sequential(unit(896, 256, 1), unit(256, 256, 3), unit(256, 256, 3, 2, padded=False)),
        ]
    )
