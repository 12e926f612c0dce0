"""YOLOv8-nano for faces: no anchors; every cell tells how far the four sides of its face are, as distributions.

YOLOv8 has no paper (Jocher et al. 2023, Ultralytics); its parts: cross-stage partial blocks (Wang et al. 2020,
arXiv:1911.11929), spatial pyramid pooling (He et al. 2014, arXiv:1406.4729), a path down and up the pyramid (Liu et al.
2018, arXiv:1803.01534), sides as distributions (Li et al. 2020, Generalized Focal Loss, arXiv:2006.04388).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
"""px of the picture that a cell covers, by level: P3, P4, P5."""
BINS = 16
"""Distances 0 … 15 cells, over which the place of a side is distributed."""
WIDTHS = (16, 32, 64, 128, 256)
"""Channels at strides 2, 4, 8, 16, 32."""


class Prediction(NamedTuple):
    """What the network says for all A cells: P3's first, row by row, then P4's and P5's."""

    logits: Tensor
    "`(B, A)` log-odds of a face whose middle is near the cell's"
    sides: Tensor
    "`(B, A, 4, BINS)` logits of the distances to the left, upper, right and lower side, in cells"
    points: Tensor
    "`(B, A, 5, 2)` x and y of five points from the cell's upper left corner, in pairs of cells"


class YoloFace(nn.Module):
    """A backbone down to stride 32, a path back up to stride 8 and down again, and three heads."""

    def __init__(self):
        super().__init__()
        w2, w4, w8, w16, w32 = WIDTHS
        self.stem = unit(3, w2, 3, stride=2)
        self.down4 = unit(w2, w4, 3, stride=2)
        self.stage4 = SplitStage(w4, w4, blocks=1, residual=True)
        self.down8 = unit(w4, w8, 3, stride=2)
        self.stage8 = SplitStage(w8, w8, blocks=2, residual=True)
        self.down16 = unit(w8, w16, 3, stride=2)
        self.stage16 = SplitStage(w16, w16, blocks=2, residual=True)
        self.down32 = unit(w16, w32, 3, stride=2)
        self.stage32 = SplitStage(w32, w32, blocks=1, residual=True)
        self.pooling = PyramidPooling(w32)
        self.upsample = nn.Upsample(scale_factor=2)
        self.up16 = SplitStage(w32 + w16, w16)
        self.up8 = SplitStage(w16 + w8, w8)
        self.return16 = unit(w8, w8, 3, stride=2)
        self.merge16 = SplitStage(w8 + w16, w16)
        self.return32 = unit(w16, w16, 3, stride=2)
        self.merge32 = SplitStage(w16 + w32, w32)
        self.heads = nn.ModuleList(Head(width) for width in (w8, w16, w32))

    def forward(self, pixels: Tensor) -> Prediction:
        """Predicts faces, still encoded.

        Args:
            pixels: `(B, 3, S, S)` RGB in [0, 255]; S is a multiple of 32.
        """
        p2 = self.stage4(self.down4(self.stem(pixels / 255)))  # (B, 32, S/4, S/4)
        p3 = self.stage8(self.down8(p2))  # (B, 64, S/8, S/8)
        p4 = self.stage16(self.down16(p3))  # (B, 128, S/16, S/16)
        p5 = self.pooling(self.stage32(self.down32(p4)))  # (B, 256, S/32, S/32)
        u4 = self.up16(torch.cat([self.upsample(p5), p4], dim=1))  # (B, 128, S/16, S/16)
        n3 = self.up8(torch.cat([self.upsample(u4), p3], dim=1))  # (B, 64, S/8, S/8)
        n4 = self.merge16(torch.cat([self.return16(n3), u4], dim=1))  # (B, 128, S/16, S/16)
        n5 = self.merge32(torch.cat([self.return32(n4), p5], dim=1))  # (B, 256, S/32, S/32)
        levels = [head(maps) for head, maps in zip(self.heads, (n3, n4, n5), strict=True)]
        return Prediction(*(torch.cat(parts, dim=1) for parts in zip(*levels, strict=True)))


def unit(channels: int, filters: int, size: int, stride: int = 1) -> nn.Sequential:
    """Makes a convolution and its SiLU, x · sigmoid(x)."""
    convolution = nn.Conv2d(channels, filters, size, stride, size // 2)
    return nn.Sequential(OrderedDict(conv=convolution, activation=nn.SiLU()))


class SplitStage(nn.Module):
    """Splits the channels, works on one half block by block, and mixes all that came to be on the way."""

    def __init__(self, channels: int, filters: int, blocks: int = 1, residual: bool = False):
        super().__init__()
        half = filters // 2
        self.enter = unit(channels, 2 * half, 1)
        self.blocks = nn.ModuleList(Block(half, residual) for _ in range(blocks))
        self.leave = unit((2 + blocks) * half, filters, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Gives `(B, filters, h, w)` for `(B, channels, h, w)`."""
        parts = list(self.enter(maps).chunk(2, dim=1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.leave(torch.cat(parts, dim=1))


class Block(nn.Module):
    """Two convolutions, and in the backbone a short cut around them."""

    def __init__(self, channels: int, residual: bool):
        super().__init__()
        self.residual = residual
        self.first = unit(channels, channels, 3)
        self.second = unit(channels, channels, 3)

    def forward(self, maps: Tensor) -> Tensor:
        changed = self.second(self.first(maps))
        return maps + changed if self.residual else changed


class PyramidPooling(nn.Module):
    """Sees neighbourhoods of 1, 5, 9 and 13 cells at once: the maximum over 5×5, of that again, and again."""

    def __init__(self, channels: int):
        super().__init__()
        self.enter = unit(channels, channels // 2, 1)
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.leave = unit(2 * channels, channels, 1)

    def forward(self, maps: Tensor) -> Tensor:
        pooled = [self.enter(maps)]
        for _ in range(3):
            pooled.append(self.pool(pooled[-1]))
        return self.leave(torch.cat(pooled, dim=1))


class Head(nn.Module):
    """Reads one level: scores, sides and points have convolutions of their own (a decoupled head)."""

    def __init__(self, channels: int):
        super().__init__()
        self.scores = _branch(channels, WIDTHS[2], 1)
        self.sides = _branch(channels, 4 * BINS, 4 * BINS)
        # Ultralytics' file has a visibility with each point; it is not used here.
        self.points = _branch(channels, WIDTHS[0], 5 * 3)

    def forward(self, maps: Tensor) -> Prediction:
        """Reads `(B, channels, h, w)`; gives the prediction of its h · w cells."""
        scores, sides, points = (branch(maps).flatten(2).mT for branch in (self.scores, self.sides, self.points))
        return Prediction(scores[..., 0], sides.unflatten(2, (4, BINS)), points.unflatten(2, (5, 3))[..., :2])


def _branch(channels: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(unit(channels, width, 3), unit(width, width, 3), nn.Conv2d(width, outputs, 1))
