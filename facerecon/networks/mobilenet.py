"""MobileNet (Howard et al. 2017, arXiv:1704.04861): depthwise separable convolutions, at any width."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

from facerecon.networks.convolution import convolution

STAGES = {1: (64, 1), 2: (128, 2), 3: (256, 2), 4: (512, 6), 5: (1024, 2)}
"""Stage k, whose maps are 2ᵏ times smaller than the picture → filters at width 1, blocks."""


class MobileNet(nn.Module):
    """Turns pictures into feature maps of strides 8, 16 and 32.

    Args:
        width: multiplier α of all channels (section 3.3).
        slope: of LeakyReLU below zero.
    """

    def __init__(self, width: float = 0.25, slope: float = 0.1):
        super().__init__()
        channels = int(32 * width)
        self.stem = convolution(3, channels, 3, stride=2, slope=slope)
        for stage, (filters, blocks) in STAGES.items():
            filters = int(filters * width)
            strides = [1 if stage == 1 else 2] + [1] * (blocks - 1)
            inputs = [channels] + [filters] * (blocks - 1)
            layers = (separable(i, filters, s, slope) for i, s in zip(inputs, strides, strict=True))
            self.add_module(f"stage{stage}", nn.Sequential(*layers))
            channels = filters
        self.channels = tuple(int(STAGES[stage][0] * width) for stage in (3, 4, 5))

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Gives C3, C4 and C5: `(B, channels, H / stride, W / stride)`.

        Args:
            pictures: `(B, 3, H, W)`.
        """
        c3 = self.stage3(self.stage2(self.stage1(self.stem(pictures))))
        c4 = self.stage4(c3)
        return c3, c4, self.stage5(c4)


def separable(channels: int, filters: int, stride: int, slope: float) -> nn.Sequential:
    """Makes a depthwise 3 × 3 and a pointwise 1 × 1 convolution: space and channels apart, some nine times cheaper."""
    return nn.Sequential(
        OrderedDict(
            depthwise=convolution(channels, channels, 3, stride, groups=channels, slope=slope),
            pointwise=convolution(channels, filters, 1, slope=slope),
        )
    )
