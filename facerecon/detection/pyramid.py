"""Smaller copies of a photo, each half the one before, so that large faces are looked at in small pictures."""

from __future__ import annotations

import cv2
import numpy as np

GREY = 128


class Pyramid:
    """A photo and its smaller copies, made when they are first needed.

    Args:
        image: `(H, W, 3)` RGB uint8.
        smallest: px; no copy's longer side is shorter.
    """

    def __init__(self, image: np.ndarray, smallest: int):
        self.size = np.array([image.shape[1], image.shape[0]])
        self._copies = [image]
        self._depth = int(max(np.log2(max(self.size) / smallest), 0))

    def copy(self, scale: float) -> tuple[np.ndarray, np.ndarray]:
        """Gives the smallest copy that is at least `scale` times the photo, and its true scale `(2,)` in x and y."""
        level = min(self._depth, max(int(np.floor(-np.log2(scale))), 0))
        while len(self._copies) <= level:
            last = self._copies[-1]
            size = (max(last.shape[1] // 2, 1), max(last.shape[0] // 2, 1))
            self._copies.append(cv2.resize(last, size, interpolation=cv2.INTER_AREA))
        chosen = self._copies[level]
        return chosen, np.array([chosen.shape[1], chosen.shape[0]]) / self.size


def resized(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resizes a picture, averaging where it becomes smaller."""
    smaller = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def window(image: np.ndarray, left: int, top: int, width: int, height: int) -> np.ndarray:
    """Cuts a rectangle `(height, width, 3)`; what lies outside the picture is grey."""
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if (x0, y0, x1, y1) == (left, top, left + width, top + height):
        return image[y0:y1, x0:x1]
    cut = np.full((height, width, 3), GREY, dtype=np.uint8)
    if x1 > x0 and y1 > y0:
        cut[y0 - top : y1 - top, x0 - left : x1 - left] = image[y0:y1, x0:x1]
    return cut
