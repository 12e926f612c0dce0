"""face-api's 68-point network: four densely connected blocks of separable convolutions on a face of 112 px.

Dense connections: Huang et al. 2017, arXiv:1608.06993, but summed, not stacked; separable convolutions: Howard et al.
2017, arXiv:1704.04861. Trained by Vincent Mühler on some 35,000 faces (face-api.js, README).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facerecon.networks.weights.tensorflow import as_tensor

SIDE = 112
"""px of the picture of a face."""
MEAN = (122.782, 117.001, 104.298)
"""RGB that is taken off each pixel."""
POINTS = 68
WIDTHS = (32, 64, 128, 256)
"""Channels of each block."""


class SeparableConv(nn.Module):
    """A 3×3 kernel for each channel alone, then a 1×1 convolution that mixes them."""

    def __init__(self, channels: int, filters: int, stride: int = 1):
        super().__init__()
        self.stride = stride
        self.depthwise = nn.Conv2d(channels, channels, 3, stride, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, filters, 1)

    def forward(self, features: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(padded(features, self.stride)))


class DenseBlock(nn.Module):
    """Four convolutions; each but the first sees the sum of all results before it, as the next block does.

    The first halves the side; in the first block it is a full convolution.
    """

    def __init__(self, channels: int, filters: int, first: bool):
        super().__init__()
        self.first = first
        self.conv0 = nn.Conv2d(channels, filters, 3, 2) if first else SeparableConv(channels, filters, 2)
        self.conv1, self.conv2, self.conv3 = (SeparableConv(filters, filters) for _ in range(3))

    def forward(self, features: Tensor) -> Tensor:
        total = functional.relu(self.conv0(padded(features, 2) if self.first else features))
        for convolution in (self.conv1, self.conv2, self.conv3):
            total = total + convolution(functional.relu(total))  # the sum itself is not clipped at 0
        return functional.relu(total)


class Landmark68(nn.Module):
    """Maps pictures of one face to its 68 points."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        channels = (3, *WIDTHS)
        # (B, 32, 56, 56), (B, 64, 28, 28), (B, 128, 14, 14), (B, 256, 7, 7)
        self.dense0, self.dense1, self.dense2, self.dense3 = (
            DenseBlock(inputs, outputs, inputs == 3) for inputs, outputs in zip(channels[:-1], WIDTHS, strict=True)
        )
        self.fc = nn.Linear(WIDTHS[-1], 2 * POINTS)

    def forward(self, pixels: Tensor) -> Tensor:
        """Gives the points `(B, 68, 2)`, x and y as fractions of the side, of pixels `(B, 3, 112, 112)` in [0, 255]."""
        features = (pixels - self.mean) / 255
        for block in (self.dense0, self.dense1, self.dense2, self.dense3):
            features = block(features)
        return self.fc(features.mean(dim=(2, 3))).unflatten(1, (POINTS, 2))

    @classmethod
    def from_face_api(cls, arrays: Mapping[str, np.ndarray]) -> Landmark68:
        """Makes the network with the weights that `weights.face_api.read_face_api` read."""
        network = cls()
        network.load_state_dict({_name(key): as_tensor(key, array) for key, array in arrays.items()})
        return network.eval()


def padded(features: Tensor, stride: int) -> Tensor:
    """Pads for a 3×3 kernel as TensorFlow's “same” does: at stride 2, where sides are even, only below and right."""
    return functional.pad(features, (1, 1, 1, 1) if stride == 1 else (0, 1, 0, 1))


def _name(key: str) -> str:
    """Translates `dense1/conv0/depthwise_filter` and its kin into our names."""
    *layer, kind = key.split("/")
    if layer in (["fc"], ["dense0", "conv0"]):
        part = {"weights": "weight", "filters": "weight", "bias": "bias"}[kind]
    else:
        part = {
            "depthwise_filter": "depthwise.weight",
            "pointwise_filter": "pointwise.weight",
            "bias": "pointwise.bias",
        }[kind]
    return ".".join((*layer, part))
