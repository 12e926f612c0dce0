"""Reads pictures between their pixels."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape

_ROW = 4096


def sample(image: np.ndarray, points: np.ndarray, nearest: bool = False) -> np.ndarray:
    """Reads a picture at points; beyond its edge the nearest pixel counts.

    Args:
        image: `(H, W, C)` or `(H, W)`, uint8 or float32, at most four channels.
        points: `(N, 2)` px; the top-left pixel's centre is (0, 0).
        nearest: take the nearest pixel instead of mixing four.

    Returns:
        `(N, C)` or `(N,)`, of the picture's type.
    """
    count = check_shape(points, ("N", 2), "points")["N"]
    if count == 0:
        return np.zeros((0, *image.shape[2:]), image.dtype)
    # cv2.remap wants a picture of coordinates with sides below 32,767: fold the list into rows.
    at = np.zeros((-(-count // _ROW) * _ROW, 2), np.float32)
    at[:count] = points
    at = at.reshape(-1, _ROW, 2)
    mode = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    read = cv2.remap(image, at, None, mode, borderMode=cv2.BORDER_REPLICATE)
    return read.reshape(-1, *image.shape[2:])[:count]


def sample_uv(image: np.ndarray, uv: np.ndarray, nearest: bool = False) -> np.ndarray:
    """Reads a texture at `(N, 2)` uv in [0, 1], origin top left; otherwise like `sample`."""
    height, width = image.shape[:2]
    # uv 0 is the outer edge of the first pixel, half a pixel before its centre.
    return sample(image, uv * (width, height) - 0.5, nearest)
