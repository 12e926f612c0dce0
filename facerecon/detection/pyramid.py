"""Square views of a photo, cut from smaller copies of it so that large squares cost no more than small ones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.types import Faces

GREY = 128


class Pyramid:
    """A photo and its smaller copies, each half the one before, made when they are first needed.

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


@dataclass(frozen=True, eq=False)
class View:
    """A square of a photo as a detector is shown it; the picture is cut when asked for: many views are light."""

    pyramid: Pyramid
    corner: np.ndarray
    "`(2,)` px of the photo: the square's left and top edge, measured from the photo's edges"
    extent: float
    "px of the photo: the square's side"
    side: int
    "px of the picture"
    mirrored: bool = False
    "left and right change places"

    def image(self) -> np.ndarray:
        """Cuts the picture `(S, S, 3)`; grey where the square lies beyond the photo."""
        copy, _, first, size = self._place()
        picture = resized(window(copy, *first, *size), self.side, self.side)
        return picture[:, ::-1] if self.mirrored else picture

    def to_photo(self, faces: Faces) -> Faces:
        """Takes faces from px of the picture to px of the photo (half-pixel rule)."""
        boxes, points = faces.boxes, faces.keypoints
        if self.mirrored:
            last = self.side - 1
            boxes = boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [last, 0, last, 0]
            # The subject's left and right points change places.
            points = None if points is None else points[:, [1, 0, 2, 4, 3]] * [-1, 1] + [last, 0]
        _, scale, first, size = self._place()
        step, corner = size / self.side / scale, first / scale
        boxes = (boxes + 0.5) * np.tile(step, 2) + np.tile(corner, 2) - 0.5
        return Faces(boxes, faces.scores, None if points is None else (points + 0.5) * step + corner - 0.5)

    def _place(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Gives the copy to cut from, its scale `(2,)`, and the square's first px and size on it, whole numbers."""
        copy, scale = self.pyramid.copy(self.side / self.extent)
        first = np.floor(self.corner * scale + 0.5).astype(int)
        return copy, scale, first, np.maximum(np.rint(self.extent * scale), 1).astype(int)


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
