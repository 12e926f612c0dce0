"""Parts of pictures: a zoomed crop that knows where it came from, and square thumbnails."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.drawing.theme import STAGE_3D, rgb

GROUND = rgb(STAGE_3D)


@dataclass(frozen=True, eq=False)
class Crop:
    """A square part of a photo, zoomed."""

    image: np.ndarray
    "`(S, S, 3)` RGB uint8"
    scale: float
    "crop pixels in a photo pixel"
    corner: np.ndarray
    "`(2,)` the photo's x, y at the crop's upper left edge, px; half a pixel before the first pixel's centre"

    @property
    def frame(self) -> np.ndarray:
        """`(4,)` x0 y0 x1 y1 of the crop's edges, px of the photo."""
        return np.concatenate([self.corner, self.corner + self.image.shape[0] / self.scale])

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """Carries `(N, 2)` photo pixels into the crop."""
        return (points - self.corner) * self.scale - 0.5

    def to_photo(self, points: np.ndarray) -> np.ndarray:
        """Carries `(N, 2)` crop pixels back to the photo."""
        return (points + 0.5) / self.scale + self.corner


def crop(
    image: np.ndarray,
    box: np.ndarray,
    size: int = 512,
    margin: float = 0.25,
    background: tuple[int, int, int] = GROUND,
) -> Crop:
    """Cuts a square around a box out of a photo and zooms it.

    Args:
        image: `(H, W, 3)` RGB uint8.
        box: `(4,)` x0 y0 x1 y1, px.
        size: side of the result, px.
        margin: added on each side, as a share of the box's longer side.
        background: where the square reaches beyond the photo.

    Returns:
        The crop.
    """
    check_shape(np.asarray(box), (4,), "box")
    low, high = np.asarray(box[:2], float), np.asarray(box[2:], float)
    side = max(float((high - low).max()) * (1 + 2 * margin), 1.0)
    corner = (low + high) / 2 - side / 2
    scale = size / side
    crop_from_photo = np.array([[scale, 0, -corner[0] * scale - 0.5], [0, scale, -corner[1] * scale - 0.5]])
    # Averaging in the photo first: cv2's warp looks at four pixels only, and would alias when it shrinks.
    shrink = int(max(1, np.floor(1 / scale)))
    if shrink > 1:
        image, crop_from_photo = _shrunk(image, crop_from_photo, shrink)
    mode = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    cut = cv2.warpAffine(image, crop_from_photo, (size, size), flags=mode, borderValue=background)
    return Crop(cut, scale, corner)


def _shrunk(image: np.ndarray, crop_from_photo: np.ndarray, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Averages `factor` by `factor` pixels and adapts the map; a rest at the right and lower edge is averaged too."""
    height, width = (-(-side // factor) for side in image.shape[:2])
    bottom, right = height * factor - image.shape[0], width * factor - image.shape[1]
    padded = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    small = cv2.resize(padded, (width, height), interpolation=cv2.INTER_AREA)
    # x = x' * factor + (factor - 1) / 2
    linear, offset = crop_from_photo[:, :2], crop_from_photo[:, 2]
    return small, np.column_stack([linear * factor, offset + linear.sum(axis=1) * (factor - 1) / 2])


def thumbnail(image: np.ndarray, size: int = 160, background: tuple[int, int, int] = GROUND) -> np.ndarray:
    """Fits a picture into a square without cutting it, `(size, size, 3)` uint8; the rest is background."""
    check_shape(image, ("H", "W", 3), "image")
    height, width = image.shape[:2]
    scale = size / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    result = np.empty((size, size, 3), np.uint8)
    result[:] = background
    x, y = (size - inner[0]) // 2, (size - inner[1]) // 2
    result[y : y + inner[1], x : x + inner[0]] = cv2.resize(image, inner, interpolation=mode)
    return result
