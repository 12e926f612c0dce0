"""Tiny-YOLOv2 with separable convolutions, as face-api trained it for faces.

YOLOv2: Redmon and Farhadi 2017, arXiv:1612.08242; separable convolutions: Howard et al. 2017, arXiv:1704.04861.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facerecon.networks.weights.tensorflow import as_tensor

MEAN = (117.001, 114.697, 97.404)
"""RGB that is taken off each pixel."""
ANCHORS = ((1.603231, 2.094468), (6.041143, 7.080126), (2.882459, 3.518061), (4.266906, 5.178857), (9.041765, 10.66308))
"""Width and height, in cells, of the boxes that predictions start from; in the order of the output."""
STRIDE = 32
"""px of the picture that a cell covers, in x and in y."""
WIDTHS = (16, 32, 64, 128, 256, 512)
"""Channels after each convolution."""
SLOPE = 0.1
"""Of the leaky ReLU below 0."""


class SeparableConv(nn.Module):
    """A 3×3 kernel for each channel alone, then a 1×1 convolution that mixes them: some 9 times fewer products."""

    def __init__(self, channels: int, filters: int):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, filters, 1)
        self.activation = nn.LeakyReLU(SLOPE)

    def forward(self, features: Tensor) -> Tensor:
        return self.activation(self.pointwise(self.depthwise(features)))


class DensePool(nn.Module):
    """The maximum over 2×2 around every place; at the last row and column over what is there."""

    def forward(self, features: Tensor) -> Tensor:
        return functional.max_pool2d(functional.pad(features, (0, 1, 0, 1), value=-torch.inf), 2, stride=1)


class TinyYolo(nn.Module):
    """Looks once: each cell of a grid tells five boxes, and how sure it is of a face in each."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        # TensorFlow's “same” pools round up; the first convolution is not padded at all. For S = 416:
        first = nn.Sequential(OrderedDict(conv=nn.Conv2d(3, WIDTHS[0], 3), activation=nn.LeakyReLU(SLOPE)))
        self.backbone = nn.Sequential(
            OrderedDict(
                conv0=first,  # (B, 16, 414, 414)
                pool0=nn.MaxPool2d(2, ceil_mode=True),
                conv1=SeparableConv(*WIDTHS[0:2]),  # (B, 32, 207, 207)
                pool1=nn.MaxPool2d(2, ceil_mode=True),
                conv2=SeparableConv(*WIDTHS[1:3]),  # (B, 64, 104, 104)
                pool2=nn.MaxPool2d(2, ceil_mode=True),
                conv3=SeparableConv(*WIDTHS[2:4]),  # (B, 128, 52, 52)
                pool3=nn.MaxPool2d(2, ceil_mode=True),
                conv4=SeparableConv(*WIDTHS[3:5]),  # (B, 256, 26, 26)
                pool4=nn.MaxPool2d(2, ceil_mode=True),
                conv5=SeparableConv(*WIDTHS[4:6]),  # (B, 512, 13, 13)
                pool5=DensePool(),
            )
        )
        self.head = nn.Conv2d(WIDTHS[-1], 5 * len(ANCHORS), 1)  # (B, 25, 13, 13)

    def forward(self, pixels: Tensor) -> Tensor:
        """Predicts boxes, still encoded.

        Args:
            pixels: `(B, 3, S, S)` RGB in [0, 255]; S is a multiple of 32.

        Returns:
            `(B, A, 5, G, G)` for A anchors in G × G cells, G = S / 32: x and y in the cell (before the sigmoid),
            logarithm of width and height over the anchor's, log-odds of a face.
        """
        return self.head(self.backbone((pixels - self.mean) / 255)).unflatten(1, (len(ANCHORS), 5))

    @classmethod
    def from_face_api(cls, arrays: Mapping[str, np.ndarray]) -> TinyYolo:
        """Makes the network with the weights that `weights.face_api.read_face_api` read."""
        network = cls()
        network.load_state_dict({_name(key): as_tensor(key, array) for key, array in arrays.items()})
        return network.eval()


def _name(key: str) -> str:
    """Translates `conv1/depthwise_filter` into `backbone.conv1.depthwise.weight`."""
    layer, kind = key.split("/")
    separable = {
        "depthwise_filter": "depthwise.weight",
        "pointwise_filter": "pointwise.weight",
        "bias": "pointwise.bias",
    }
    full = {"filters": "weight", "bias": "bias"}
    if layer in ("conv0", "conv8"):  # the only full convolutions
        return f"{'backbone.conv0.conv' if layer == 'conv0' else 'head'}.{full[kind]}"
    return f"backbone.{layer}.{separable[kind]}"
