"""The unit that every network here is built of: a convolution and its activation."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn


def convolution(
    channels: int, filters: int, size: int, stride: int = 1, groups: int = 1, slope: float | None = 0.0
) -> nn.Sequential:
    """Makes a convolution `conv` and, behind it, its `activation`.

    Batch normalisation is folded into weight and bias (see `weights.checkpoint.fold_batch_norms`), as every exporter
    does: at inference both are one affine map. The padding keeps the size at stride 1, and halves it (rounding up) at
    stride 2.

    Args:
        channels: of the input.
        filters: channels of the output.
        size: of the square kernel, px; odd.
        stride: px.
        groups: 1, or `channels` for a depthwise convolution.
        slope: of LeakyReLU below zero; 0 is ReLU; None: no activation.
    """
    layers = OrderedDict(conv=nn.Conv2d(channels, filters, size, stride, size // 2, groups=groups))
    if slope is not None:
        layers["activation"] = nn.LeakyReLU(slope) if slope else nn.ReLU()
    return nn.Sequential(layers)
