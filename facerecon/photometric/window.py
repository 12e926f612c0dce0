"""A photo as the comparison reads it: the logarithm of its brightness in a window around the face."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from facerecon.core.types import Camera, Photo
from facerecon.geometry.projection import project_head
from facerecon.morphable.observation import ViewState
from facerecon.texture.linear import to_linear

ROOM = 1.15
"""side of the window over what the face takes of it: it may move a little"""
DARK = 0.003
"""linear light that is added: what is darker is noise"""


@dataclass(frozen=True, eq=False)
class Window:
    """A square of a photo, made as coarse as it is compared."""

    left: int
    "px of the photo"
    top: int
    "px of the photo"
    scale: float
    "px of the window a px of the photo"
    colours: np.ndarray
    "`(S, S, 3)` float32, linear RGB"
    bright: np.ndarray
    "`(S, S, 3)` float32: logarithm of the brightness, and its slopes by x and y, a px of the window"
    inside: np.ndarray
    "`(S, S)` bool: on the photo"

    def camera(self, camera: Camera) -> Camera:
        """Gives the window's camera by the photo's."""
        size = len(self.bright)
        centre = (camera.centre - (self.left, self.top) + 0.5) * self.scale - 0.5
        return Camera(size, size, camera.focal * self.scale, centre)

    def view(self, view: ViewState) -> ViewState:
        """Gives a photo's parameters as the window sees them."""
        return replace(view, camera=self.camera(view.camera))


def window(photo: Photo, view: ViewState, points: np.ndarray, size: int) -> Window:
    """Cuts the square out of a photo in which points of the head, `(N, 3)` mm, lie; `size` px are left of it."""
    pixels, _ = project_head(view.camera, view.camera_from_head, points)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    side = int(np.ceil(ROOM * (high - low).max())) + 2
    left, top = (int(edge) for edge in np.floor((low + high) / 2 - side / 2))
    cut = _cut(photo.image, left, top, side)
    inside = _cut(np.ones(photo.image.shape[:2], np.uint8), left, top, side, cv2.BORDER_CONSTANT)
    mode = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    colours = cv2.resize(to_linear(cut).astype(np.float32), (size, size), interpolation=mode)
    inside = cv2.resize(inside.astype(np.float32), (size, size), interpolation=mode) > 0.99
    bright = np.log(cv2.GaussianBlur(colours.mean(axis=2), (0, 0), 0.6) + np.float32(DARK))
    slopes = [cv2.Sobel(bright, cv2.CV_32F, *axis, ksize=3) / 8 for axis in ((1, 0), (0, 1))]
    return Window(left, top, size / side, colours, np.dstack([bright, *slopes]), inside)


def _cut(image: np.ndarray, left: int, top: int, side: int, border: int = cv2.BORDER_REPLICATE) -> np.ndarray:
    """Cuts a square out of a picture; beyond its edges it is continued."""
    height, width = image.shape[:2]
    right, bottom = left + side, top + side
    if min(right, bottom) <= 0 or left >= width or top >= height:
        return np.zeros((side, side, *image.shape[2:]), image.dtype)
    part = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    before, after = (max(-top, 0), max(-left, 0)), (max(bottom - height, 0), max(right - width, 0))
    return cv2.copyMakeBorder(part, before[0], after[0], before[1], after[1], border)
