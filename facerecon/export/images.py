"""Encodes pictures for the files that carry them; pixels only, so no EXIF, no place, no time, no device."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape

JPEG_QUALITY = 92
"Differences from the original are below what a screen shows on skin, at about a tenth of PNG's size."


def png_bytes(image: np.ndarray) -> bytes:
    """Encodes `(H, W, 3)` RGB uint8 without loss."""
    return _encode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 6])


def jpeg_bytes(image: np.ndarray) -> bytes:
    """Encodes `(H, W, 3)` RGB uint8 as JPEG with full colour resolution, so that lips do not bleed across uv seams."""
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return _encode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, *sampling])


def _encode(extension: str, image: np.ndarray, parameters: list[int]) -> bytes:
    check_shape(image, ("H", "W", 3), "image")
    done, content = cv2.imencode(extension, cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR), parameters)
    if not done:
        raise OSError(f"A picture of {image.shape[1]} by {image.shape[0]} px could not be encoded as {extension}.")
    return content.tobytes()
