"""dlib's face recogniser: a residual network of 29 layers that maps a face to 128 numbers.

Residual blocks: He et al. 2016, arXiv:1512.03385, with half as many filters as ResNet-34; trained by Davis King with a
metric loss on pairs of some 3 million faces (dlib, `dnn_metric_learning_on_images_ex.cpp`). The weights are face-api's
conversion of his.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facerecon.networks.weights.tensorflow import as_tensor

SIDE = 150
"""px of the picture of an aligned face."""
MEAN = (122.782, 117.001, 104.298)
"""RGB that is taken off each pixel."""
DIMENSIONS = 128
STEM = 32
BLOCKS = {
    "conv32_1": (32, 1),
    "conv32_2": (32, 1),
    "conv32_3": (32, 1),
    "conv64_down": (64, 2),
    "conv64_1": (64, 1),
    "conv64_2": (64, 1),
    "conv64_3": (64, 1),
    "conv128_down": (128, 2),
    "conv128_1": (128, 1),
    "conv128_2": (128, 1),
    "conv256_down": (256, 2),
    "conv256_1": (256, 1),
    "conv256_2": (256, 1),
    "conv256_down_out": (256, 2),
}
"""Name of a residual block, as in the weights → its filters and its stride."""


class Residual(nn.Module):
    """Two 3×3 convolutions, whose result is added to what came in.

    With stride 2 the first convolution is not padded, and what came in is averaged over 2×2; new channels of it are 0.
    """

    def __init__(self, channels: int, filters: int, stride: int):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1 if stride == 1 else 0)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        change = self.conv2(functional.relu(self.conv1(features)))
        kept = features if self.stride == 1 else functional.avg_pool2d(features, 2)
        new = change.shape[1] - kept.shape[1]
        # Of an even side the unpadded convolution makes one row and one column less than the average does.
        below, right = kept.shape[2] - change.shape[2], kept.shape[3] - change.shape[3]
        return functional.relu(
            functional.pad(kept, (0, 0, 0, 0, 0, new)) + functional.pad(change, (0, right, 0, below))
        )


class FaceRecognition(nn.Module):
    """Maps aligned faces to descriptors that are near one another where the person is the same."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.conv32_down = nn.Conv2d(3, STEM, 7, 2)  # (B, 32, 72, 72)
        self.pool = nn.MaxPool2d(3, 2)  # (B, 32, 35, 35)
        blocks, channels = OrderedDict(), STEM
        for name, (filters, stride) in BLOCKS.items():  # sides: 35, 17, 8, 4, 2
            blocks[name] = Residual(channels, filters, stride)
            channels = filters
        self.blocks = nn.Sequential(blocks)
        self.fc = nn.Linear(channels, DIMENSIONS, bias=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Gives `(B, 128)` descriptors, not normalised, of pixels `(B, 3, 150, 150)`, RGB in [0, 255]."""
        features = functional.relu(self.conv32_down((pixels - self.mean) / 255))
        return self.fc(self.blocks(self.pool(features)).mean(dim=(2, 3)))

    @classmethod
    def from_face_api(cls, arrays: Mapping[str, np.ndarray]) -> FaceRecognition:
        """Makes the network with the weights that `weights.face_api.read_face_api` read.

        There every convolution is followed by a factor and a summand a channel (what batch normalisation is at
        inference); both are folded into the convolution: s (W x + b) + t = (s W) x + (s b + t).
        """
        state = {"fc.weight": as_tensor("fc", arrays["fc"])}
        for key in (key for key in arrays if key.endswith("/conv/filters")):
            layer = key.removesuffix("/conv/filters")
            scale, shift = arrays[f"{layer}/scale/weights"], arrays[f"{layer}/scale/biases"]
            ours = layer.replace("/", ".") if layer == "conv32_down" else f"blocks.{layer.replace('/', '.')}"
            state[f"{ours}.weight"] = as_tensor(key, arrays[key] * scale)
            state[f"{ours}.bias"] = as_tensor(layer, arrays[f"{layer}/conv/bias"] * scale + shift)
        network = cls()
        network.load_state_dict(state)
        return network.eval()
