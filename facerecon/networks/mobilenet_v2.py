"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): inverted residuals; with ReLU where the paper has ReLU6."""

from __future__ import annotations

import torch
from torch import nn

from facerecon.networks.convolution import convolution

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""The paper's table 2, line by line: expansion t, output channels c, blocks n, stride s of the first of them."""
TAPS = {1: 4, 2: 8, 4: 16, 6: 32}
"""Stages whose output is handed on, and how many pixels of the picture one of its pixels stands for."""
CHANNELS = tuple(STAGES[stage][1] for stage in TAPS)
"""Of what is handed on: 24, 32, 96, 320."""


class MobileNetV2(nn.Module):
    """Gives feature maps at strides 4, 8, 16 and 32."""

    def __init__(self):
        super().__init__()
        self.stem = convolution(3, 32, 3, stride=2)
        self.stages = nn.ModuleList()
        inputs = 32
        for expansion, outputs, count, stride in STAGES:
            blocks = [InvertedResidual(inputs, outputs, stride, expansion)]
            blocks += [InvertedResidual(outputs, outputs, 1, expansion) for _ in range(count - 1)]
            self.stages.append(nn.Sequential(*blocks))
            inputs = outputs

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Runs the network.

        Args:
            images: `(B, 3, H, W)`; H and W are multiples of 32.

        Returns:
            `(B, 24, H/4, W/4)`, `(B, 32, H/8, W/8)`, `(B, 96, H/16, W/16)`, `(B, 320, H/32, W/32)`.
        """
        features, taken = self.stem(images), []  # (B, 32, H/2, W/2)
        for index, stage in enumerate(self.stages):
            features = stage(features)
            if index in TAPS:
                taken.append(features)
        return taken


class InvertedResidual(nn.Module):
    """Widens, filters each channel by itself, and narrows again without an activation (the paper's figure 4)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int):
        super().__init__()
        width = inputs * expansion
        self.expand = convolution(inputs, width, 1) if expansion > 1 else nn.Identity()
        self.depthwise = convolution(width, width, 3, stride=stride, groups=width)
        self.project = nn.Conv2d(width, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Takes `(B, inputs, H, W)` to `(B, outputs, H/stride, W/stride)`."""
        wide = self.expand(features)  # (B, inputs · expansion, H, W)
        narrow = self.project(self.depthwise(wide))  # (B, outputs, H/stride, W/stride)
        return features + narrow if self.residual else narrow
