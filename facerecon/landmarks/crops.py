"""Cuts a square around a face, padded, scaled and turned, and takes points in it back to the photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import read_only


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
    height, width = image.shape[:2]
    centre = (box[:2] + box[2:]) / 2
    extent = max(int(round(margin * float((box[2:] - box[:2]).max()))), 8)
    x0, y0 = np.floor(centre - (extent - 1) / 2).astype(int)
    left, top = max(x0, 0), max(y0, 0)
    right, bottom = min(x0 + extent, width), min(y0 + extent, height)
    square = np.full((extent, extent, 3), 128, dtype=np.uint8)
    if right > left and bottom > top:
        square[top - y0 : bottom - y0, left - x0 : right - x0] = image[top:bottom, left:right]
    shrink = side < extent
    square = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_CUBIC)
    turned = np.ascontiguousarray(np.rot90(square, turns))
    return Crop(read_only(turned), read_only(np.array([x0, y0], dtype=np.float64)), side / extent, turns % 4)
