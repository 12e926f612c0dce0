"""Cuts a square around a face, padded, scaled and turned, and takes points in it back to the photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import read_only

GREY = 128


@dataclass(frozen=True, eq=False)
class Crop:
    image: np.ndarray
    "`(S, S, 3)` RGB uint8"
    corner: np.ndarray
    "`(2,)` px of the photo: the pixel that is the upright square's top left; may lie outside"
    scale: float
    "crop pixels per photo pixel"
    turns: int
    "quarter turns counter-clockwise from the upright square to `image`"

    def to_photo(self, points: np.ndarray) -> np.ndarray:
        """Takes points `(N, 2)` px of the crop to px of the photo (pixel centres are whole numbers in both)."""
        last = self.image.shape[0] - 1
        points = np.asarray(points, dtype=np.float64)
        for _ in range(self.turns):  # undo one np.rot90, which moved (x, y) to (y, last - x)
            points = np.column_stack([last - points[:, 1], points[:, 0]])
        return (points + 0.5) / self.scale - 0.5 + self.corner


def cut(image: np.ndarray, box: np.ndarray, margin: float, side: int, turns: int = 0) -> Crop:
    """Cuts a square around a box.

    Args:
        image: `(H, W, 3)` uint8.
        box: `(4,)` x0 y0 x1 y1, px.
        margin: length of the square's side over the box's longer side.
        side: length of the side of the crop's image, px.
        turns: quarter turns counter-clockwise to apply.

    What lies outside the photo is grey: a mirrored or stretched border would show a second face.
    """
    extent = max(int(round(margin * float((box[2:] - box[:2]).max()))), 8)
    step = max(extent // side, 1)  # large faces are shrunk by a whole factor before they are cut, to save memory
    count = -(-extent // step)
    first = np.floor(((box[:2] + box[2:]) / 2 - (extent - 1) / 2) / step).astype(int)
    corner, end = np.maximum(first, 0), np.minimum(first + count, np.array(image.shape[1::-1]) // step)
    square = np.full((count, count, 3), GREY, dtype=np.uint8)
    if (end > corner).all():
        part = image[corner[1] * step : end[1] * step, corner[0] * step : end[0] * step]
        part = part if step == 1 else cv2.resize(part, (end - corner).tolist(), interpolation=cv2.INTER_AREA)
        (x0, y0), (x1, y1) = corner - first, end - first
        square[y0:y1, x0:x1] = part
    square = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA if side < count else cv2.INTER_CUBIC)
    turned = np.ascontiguousarray(np.rot90(square, turns))
    return Crop(read_only(turned), read_only(first * step, np.float64), side / (count * step), turns % 4)
