"""ResNet with bottlenecks (He et al. 2016, arXiv:1512.03385), the stride on the 3 × 3 convolution ("v1.5")."""

from __future__ import annotations

import torch
from torch import nn

from facerecon.networks.convolution import convolution

EXPANSION = 4


class ResNet(nn.Module):
    """Turns pictures into feature maps of strides 8, 16 and 32; ResNet-50 by default.

    Args:
        blocks: bottlenecks in stages 2 to 5; the maps of stage k are 2ᵏ times smaller than the picture.
        width: channels of the stem.
    """

    def __init__(self, blocks: tuple[int, int, int, int] = (3, 4, 6, 3), width: int = 64):
        super().__init__()
        self.stem = convolution(3, width, 7, stride=2)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = width
        for stage, count in enumerate(blocks, start=2):
            inner = width * 2 ** (stage - 2)
            strides = [1 if stage == 2 else 2] + [1] * (count - 1)
            inputs = [channels] + [inner * EXPANSION] * (count - 1)
            self.add_module(
                f"stage{stage}", nn.Sequential(*(Bottleneck(i, inner, s) for i, s in zip(inputs, strides, strict=True)))
            )
            channels = inner * EXPANSION
        self.channels = tuple(width * EXPANSION * 2 ** (stage - 2) for stage in (3, 4, 5))

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Gives C3, C4 and C5: `(B, channels, H / stride, W / stride)`.

        Args:
            pictures: `(B, 3, H, W)`.
        """
        c3 = self.stage3(self.stage2(self.pool(self.stem(pictures))))
        c4 = self.stage4(c3)
        return c3, c4, self.stage5(c4)


class Bottleneck(nn.Module):
    """What is added to the input: fewer channels, a 3 × 3 convolution, more channels (figure 5)."""

    def __init__(self, channels: int, inner: int, stride: int):
        super().__init__()
        filters = inner * EXPANSION
        self.reduce = convolution(channels, inner, 1)
        self.spatial = convolution(inner, inner, 3, stride)
        self.expand = convolution(inner, filters, 1, slope=None)
        same = stride == 1 and channels == filters
        self.shortcut = nn.Identity() if same else convolution(channels, filters, 1, stride, slope=None)
        self.activation = nn.ReLU()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Gives `(B, 4 · inner, H / stride, W / stride)` of `(B, channels, H, W)`."""
        return self.activation(self.expand(self.spatial(self.reduce(maps))) + self.shortcut(maps))
