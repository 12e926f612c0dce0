"""YOLOv8-nano for faces (Jocher et al. 2023, Ultralytics): no anchors, the four sides of a face as distributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.assets import locate
from facerecon.core.types import Faces
from facerecon.detection.network_detector import FLOOR, NetworkDetector
from facerecon.networks.pixels import as_pixels
from facerecon.networks.weights.yolo_face import read_yolo_face
from facerecon.networks.yolo_face import BINS, STRIDES
from facerecon.networks.yolo_face import YoloFace as Network


class YoloFace(NetworkDetector):
    """Finds faces with YOLOv8-nano-face; its weights are under the AGPL and fetched only when they are asked for."""

    name = "yolo-face"
    family = "YOLO"
    assets = ("yolo_face",)
    threshold = 0.5
    overlap = 0.45
    side = 640
    smallest = 12.0
    sure = 0.8

    def load(self) -> Network:
        """Builds the network with public weights."""
        return read_yolo_face(locate(self.assets[0]))

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return cls.candidates, decode

    def candidates(self, views: np.ndarray) -> list[Faces]:
        """Finds every box above `FLOOR` in views `(B, S, S, 3)` RGB uint8."""
        answers = self.network(as_pixels(views, self.device))
        logits, sides, points = (part.cpu().double().numpy() for part in answers)
        scores = 1 / (1 + np.exp(-logits))
        centres, strides = cells(views.shape[1], views.shape[2])
        found = []
        for view, above in enumerate(scores > FLOOR):
            boxes, marks = decode(sides[view, above], points[view, above], centres[above], strides[above])
            found.append(Faces(boxes, scores[view, above], marks))
        return found


def cells(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Lists the cells of all levels in the network's order.

    Args:
        height: of the view, px; a multiple of 32.
        width: the same.

    Returns:
        `(A, 2)` their middles x, y in cells, from the view's corner; `(A,)` px a cell.
    """
    grids = [np.mgrid[: height // stride, : width // stride][::-1].reshape(2, -1).T + 0.5 for stride in STRIDES]
    return np.concatenate(grids), np.repeat(STRIDES, [len(grid) for grid in grids]).astype(np.float64)


def decode(
    sides: np.ndarray, points: np.ndarray, centres: np.ndarray, strides: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Reads boxes and points; the place of a side is its distribution's mean (Li et al. 2020, equation 5).

    Args:
        sides: `(F, 4, BINS)` logits of the distances to the left, upper, right and lower side, cells.
        points: `(F, 5, 2)` from the cell's upper left corner, in pairs of cells.
        centres: `(F, 2)` the middles of the cells, in cells.
        strides: `(F,)` px a cell.

    Returns:
        Boxes `(F, 4)` and points `(F, 5, 2)`, px of the view.
    """
    likely = np.exp(sides - sides.max(axis=2, keepdims=True))
    distances = (likely / likely.sum(axis=2, keepdims=True)) @ np.arange(BINS)
    corners = np.concatenate([centres - distances[:, :2], centres + distances[:, 2:]], axis=1)
    marks = 2 * points + centres[:, None] - 0.5
    # A cell's corner lies on the edge between px; ours count from the first one's middle.
    return corners * strides[:, None] - 0.5, marks * strides[:, None, None] - 0.5
