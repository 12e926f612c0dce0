"""RetinaFace (Deng et al. 2020, arXiv:1905.00641): the face member of the RetinaNet family, one stage, dense anchors.

Modules stand in the order in which they compute, so that hooks on `named_modules()` tell the story in order:
`backbone.stem`, `backbone.stage1` … `stage5`, `pyramid.lateral5` … `merge3`, and for each level `heads.p3` … `p5`
its `context`, `scores`, `boxes` and `points`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from facerecon.networks.convolution import convolution
from facerecon.networks.feature_pyramid import FeaturePyramid
from facerecon.networks.mobilenet import MobileNet
from facerecon.networks.pixels import as_pixels
from facerecon.networks.resnet import Bottleneck, ResNet

STRIDES = (8, 16, 32)
"""px between the anchors of P3, P4, P5."""
MEAN = (123, 117, 104)
"""Red, green, blue: taken off the pixels."""
ANCHORS = 2
"""In every cell."""
VARIANCES = (0.1, 0.2)
"""What offsets of middles and logarithms of sizes are divided by, so that the network's answers are of size 1."""


class Prediction(NamedTuple):
    """What the network says of each of A anchors: P3's first, row by row, those of one cell side by side."""

    logits: torch.Tensor
    "`(B, A)`: log-odds of a face"
    boxes: torch.Tensor
    "`(B, A, 4)` offsets from the anchor, see `detection.anchors`"
    points: torch.Tensor
    "`(B, A, 5, 2)` offsets from the anchor's middle"


class RetinaFace(nn.Module):
    """Scores, boxes and five points for every anchor of a picture.

    Args:
        backbone: gives C3, C4, C5, and tells their `channels`.
        width: channels of the pyramid.
        slope: of LeakyReLU below zero, in pyramid and context.
    """

    def __init__(self, backbone: nn.Module, width: int, slope: float):
        super().__init__()
        self.backbone = backbone
        self.pyramid = FeaturePyramid(backbone.channels, width, slope)
        self.heads = nn.ModuleDict({level: Heads(width, slope) for level in ("p3", "p4", "p5")})

    def initialise(self, generator: torch.Generator, prior: float = 0.01) -> RetinaFace:
        """Draws weights to begin training with: He et al. 2015 (arXiv:1502.01852), equation 14.

        Every bottleneck begins as its shortcut alone (Goyal et al. 2017, arXiv:1706.02677, section 5.1).

        Args:
            generator: of random numbers.
            prior: π, how likely an anchor seems to have a face at first, so that the many without do not swamp the
                first steps (Lin et al. 2017, section 4.1).
        """
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
                nn.init.zeros_(module.bias)
        for module in self.modules():
            if isinstance(module, Bottleneck):  # without batch norms, sums of many blocks would grow and grow
                nn.init.zeros_(module.expand.conv.weight)
        odds = torch.tensor([0.0, np.log(prior / (1 - prior))] * ANCHORS)
        for heads in self.heads.values():
            for head in (heads.scores, heads.boxes, heads.points):
                nn.init.normal_(head.weight, std=0.01, generator=generator)
            heads.scores.bias.data.copy_(odds)
        return self

    def forward(self, pictures: torch.Tensor) -> Prediction:
        """Looks at pictures.

        Args:
            pictures: `(B, 3, H, W)` from `normalised`; any H, W.
        """
        levels = self.pyramid(*self.backbone(pictures))
        found = [heads(maps) for heads, maps in zip(self.heads.values(), levels, strict=True)]
        return Prediction(*(torch.cat(parts, dim=1) for parts in zip(*found, strict=True)))


class Heads(nn.Module):
    """Reads one level of the pyramid; RetinaNet's heads are four convolutions deep, here one context module is."""

    def __init__(self, width: int, slope: float):
        super().__init__()
        self.context = Context(width, slope)
        self.scores = nn.Conv2d(width, ANCHORS * 2, 1)
        self.boxes = nn.Conv2d(width, ANCHORS * 4, 1)
        self.points = nn.Conv2d(width, ANCHORS * 10, 1)

    def forward(self, maps: torch.Tensor) -> Prediction:
        """Reads `(B, width, h, w)`; gives the prediction for its 2 h w anchors."""
        seen = self.context(maps)
        scores = _by_anchor(self.scores(seen), 2)
        # A softmax over (background, face) is a sigmoid of their difference.
        logits = scores[..., 1] - scores[..., 0]
        boxes, points = _by_anchor(self.boxes(seen), 4), _by_anchor(self.points(seen), 10)
        return Prediction(logits, boxes, points.unflatten(2, (5, 2)))


class Context(nn.Module):
    """Looks at the surroundings with fields of 3, 5 and 7 px made of 3 × 3 convolutions (SSH, Najibi et al. 2017)."""

    def __init__(self, width: int, slope: float):
        super().__init__()
        self.field3 = convolution(width, width // 2, 3, slope=None)
        self.reduce = convolution(width, width // 4, 3, slope=slope)
        self.field5 = convolution(width // 4, width // 4, 3, slope=None)
        self.deepen = convolution(width // 4, width // 4, 3, slope=slope)
        self.field7 = convolution(width // 4, width // 4, 3, slope=None)
        self.activation = nn.ReLU()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Gives `(B, width, h, w)` of the same."""
        field3, reduced = self.field3(maps), self.reduce(maps)
        return self.activation(torch.cat([field3, self.field5(reduced), self.field7(self.deepen(reduced))], dim=1))


def mobilenet_retinaface() -> RetinaFace:
    """Makes the small RetinaFace, 0.42 million parameters, without its weights."""
    return RetinaFace(MobileNet(width=0.25, slope=0.1), width=64, slope=0.1)


def resnet50_retinaface() -> RetinaFace:
    """Makes the large RetinaFace, 27 million parameters, without its weights."""
    return RetinaFace(ResNet(), width=256, slope=0.0)


def normalised(pictures: np.ndarray, device: str | torch.device = "cpu") -> torch.Tensor:
    """Prepares pictures for the network: `(B, 3, H, W)`, blue first, without the mean of photos.

    Args:
        pictures: `(B, H, W, 3)` RGB uint8.
        device: where the result lies.
    """
    mean = torch.tensor(MEAN, device=device)[:, None, None]
    return (as_pixels(pictures, device) - mean).flip(1).contiguous()


def _by_anchor(maps: torch.Tensor, size: int) -> torch.Tensor:
    """Turns `(B, ANCHORS · size, h, w)` into `(B, h · w · ANCHORS, size)`."""
    return maps.permute(0, 2, 3, 1).reshape(len(maps), -1, size)
