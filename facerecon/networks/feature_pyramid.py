"""Feature pyramid (Lin et al. 2017, arXiv:1612.03144): every level knows what the coarser ones saw."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import interpolate

from facerecon.networks.convolution import convolution


class FeaturePyramid(nn.Module):
    """Makes P3, P4, P5 (strides 8, 16, 32) of C3, C4, C5, from the top down.

    As in RetinaFace's code, the merged map goes further down, where Lin et al. hand down the sum before merging it; and
    P5 is not merged, having nothing above it.

    Args:
        channels: of C3, C4, C5.
        width: channels of every level of the pyramid.
        slope: of LeakyReLU below zero.
    """

    def __init__(self, channels: tuple[int, int, int], width: int, slope: float):
        super().__init__()
        self.lateral5 = convolution(channels[2], width, 1, slope=slope)
        self.lateral4 = convolution(channels[1], width, 1, slope=slope)
        self.merge4 = convolution(width, width, 3, slope=slope)
        self.lateral3 = convolution(channels[0], width, 1, slope=slope)
        self.merge3 = convolution(width, width, 3, slope=slope)

    def forward(
        self, c3: torch.Tensor, c4: torch.Tensor, c5: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Gives P3, P4, P5: `(B, width, H / stride, W / stride)`."""
        p5 = self.lateral5(c5)
        p4 = self.merge4(_added(self.lateral4(c4), p5))
        p3 = self.merge3(_added(self.lateral3(c3), p4))
        return p3, p4, p5


def _added(fine: torch.Tensor, coarse: torch.Tensor) -> torch.Tensor:
    """Adds a map to a finer one; sizes need not be exactly double, so pictures may have any size."""
    return fine + interpolate(coarse, size=fine.shape[-2:], mode="nearest")
