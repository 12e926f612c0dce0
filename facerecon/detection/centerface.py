"""CenterFace (Xu et al. 2019, arXiv:1911.03599): peaks of a heat map are faces, without anchors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import nn

from facerecon.assets import locate
from facerecon.core.types import Faces
from facerecon.detection.heat_map import CentreMaps, decode, peaks
from facerecon.detection.network_detector import FLOOR, NetworkDetector
from facerecon.networks.pixels import as_pixels
from facerecon.networks.weights.centerface import read_centerface


class CenterFace(NetworkDetector):
    """Finds faces as points, with MobileNetV2."""

    name = "centerface"
    family = "FCOS"
    assets = ("centerface",)
    threshold = 0.5
    overlap = 0.3
    side = 512
    smallest = 18
    sure = 0.85

    def load(self) -> nn.Module:
        """Builds the network with its authors' weights."""
        return read_centerface(locate(self.assets[0]))

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return cls.candidates, decode

    def candidates(self, views: np.ndarray) -> list[Faces]:
        """Finds every peak above `FLOOR` in views `(B, S, S, 3)` RGB uint8."""
        batch = [maps.cpu().numpy() for maps in self.network(as_pixels(views, self.device))]
        answers = [CentreMaps(*maps) for maps in zip(*batch, strict=True)]
        return [decode(maps, *peaks(maps.heat[0], FLOOR)) for maps in answers]
