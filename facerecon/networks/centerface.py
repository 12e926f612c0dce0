"""CenterFace (Xu et al. 2019, arXiv:1911.03599): a face is the point in its middle, found without anchors.

One map at a quarter of the picture's resolution says where the middle of a face is; three more say, at every pixel,
how large the face would be, where between the pixels its middle lies, and where its five points are.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from facerecon.networks.convolution import convolution
from facerecon.networks.mobilenet_v2 import CHANNELS, MobileNetV2

STRIDE = 4
"""px of the picture that a pixel of the maps covers along each side."""
WIDTH = 24
"""Channels of the neck."""


class Maps(NamedTuple):
    """What the network says of every fourth pixel."""

    heat: torch.Tensor
    "`(B, 1, H/4, W/4)` in [0, 1]: that a face has its middle here"
    scale: torch.Tensor
    "`(B, 2, H/4, W/4)` logarithm of the face's height and width, in map pixels"
    offset: torch.Tensor
    "`(B, 2, H/4, W/4)` from the map pixel's middle to the face's, y and x, in map pixels"
    points: torch.Tensor
    "`(B, 10, H/4, W/4)` y and x of the five points, from the box's top left corner, in its heights and widths"


class CenterFace(nn.Module):
    """MobileNetV2, a neck that goes back up to stride 4 while it gathers finer features, and four heads."""

    def __init__(self):
        super().__init__()
        *finer, coarsest = CHANNELS
        self.backbone = MobileNetV2()
        self.top = convolution(coarsest, WIDTH, 1)
        self.merges = nn.ModuleList(Merge(channels) for channels in reversed(finer))
        self.trunk = convolution(WIDTH, WIDTH, 3)
        self.heat = nn.Conv2d(WIDTH, 1, 1)
        self.scale = nn.Conv2d(WIDTH, 2, 1)
        self.offset = nn.Conv2d(WIDTH, 2, 1)
        self.points = nn.Conv2d(WIDTH, 10, 1)

    def forward(self, images: torch.Tensor) -> Maps:
        """Looks at `(B, 3, H, W)` RGB in 0 … 255; H and W are multiples of 32."""
        *finer, coarsest = self.backbone(images)
        merged = self.top(coarsest)  # (B, 24, H/32, W/32)
        for merge, features in zip(self.merges, reversed(finer), strict=True):
            merged = merge(merged, features)  # (B, 24, H/16, W/16), … H/8, … H/4
        trunk = self.trunk(merged)  # (B, 24, H/4, W/4)
        return Maps(self.heat(trunk).sigmoid(), self.scale(trunk), self.offset(trunk), self.points(trunk))


class Merge(nn.Module):
    """Doubles the coarse map and adds the finer one, brought to the same number of channels."""

    def __init__(self, channels: int):
        super().__init__()
        self.upsample = nn.ConvTranspose2d(WIDTH, WIDTH, kernel_size=2, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(WIDTH, eps=1e-3)
        self.activation = nn.ReLU()
        self.lateral = convolution(channels, WIDTH, 1)

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        """Joins `(B, 24, H/2, W/2)` and `(B, channels, H, W)` to `(B, 24, H, W)`."""
        return self.activation(self.norm(self.upsample(coarse))) + self.lateral(fine)
