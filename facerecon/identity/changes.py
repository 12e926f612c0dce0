"""The same face seen otherwise: copies of a photo that no person would take for somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import cv2
import numpy as np

from facerecon.core.types import Photo

SMALL = 20
"""px between the eyes."""
TURN = 20
"""Degrees."""
REACH = 6
"""Of the five points, from their middle: how much of the photo is kept around the face, more than any network sees."""
SHIFT = 0.04
"""Of the distance between the eyes: how far points are off."""


Copy = tuple[str, np.ndarray, np.ndarray]
"""Name, picture, and the five points in it."""


def changed(photo: Photo, five: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[str, Photo, np.ndarray]]:
    """Makes copies of the part of a photo around a face, each when it is asked for.

    Args:
        photo: of a face.
        five: `(5, 2)` px: right eye, left eye (the subject's), nose tip, right and left mouth corner.
        rng: by which the points are put off their places.

    Yields:
        What was done, the copy, and where the five points, found before, are in it now.
    """
    image, five = _surroundings(photo.image, five)
    eyes = float(np.linalg.norm(five[0] - five[1]))
    misplaced = "misplaced", image, five + rng.normal(0, SHIFT * eyes, (5, 2))
    for name, picture, points in chain(_moved(image, five, eyes), _spoilt(image, five, eyes), [misplaced]):
        yield name, Photo(np.ascontiguousarray(picture), f"{photo.digest}/{name}", None, photo.name), points


def _surroundings(image: np.ndarray, five: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts out what lies around a face."""
    middle = five.mean(axis=0)
    reach = REACH * np.linalg.norm(five - middle, axis=1).max()
    left, top = np.maximum(np.floor(middle - reach), 0).astype(int)
    right, bottom = np.ceil(middle + reach).astype(int) + 1
    return image[top:bottom, left:right], five - [left, top]


def _moved(image: np.ndarray, five: np.ndarray, eyes: float) -> Iterator[Copy]:
    """Makes the copies in which the face is elsewhere, or of another size."""
    height, width = image.shape[:2]
    yield "mirrored", image[:, ::-1], (five * [-1, 1] + [width - 1, 0])[[1, 0, 2, 4, 3]]
    turn = cv2.getRotationMatrix2D(tuple(map(float, five.mean(axis=0))), TURN, 1)
    yield "turned", cv2.warpAffine(image, turn, (width, height)), five @ turn[:, :2].T + turn[:, 2]
    scale = SMALL / eyes
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shrunk = (five + 0.5) * [small.shape[1] / width, small.shape[0] / height] - 0.5
    yield "small", small, shrunk
    encoded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    yield "recompressed", cv2.imdecode(encoded, 1)[..., ::-1], shrunk


def _spoilt(image: np.ndarray, five: np.ndarray, eyes: float) -> Iterator[Copy]:
    """Makes the copies that are seen worse, in place."""
    levels = np.arange(256)
    yield "blurred", cv2.GaussianBlur(image, (0, 0), 0.06 * eyes), five
    yield "dark", cv2.LUT(image, (levels * 0.3).astype(np.uint8)), five
    yield "overexposed", cv2.LUT(image, np.minimum(levels * 2, 255).astype(np.uint8)), five
    grey = image.sum(axis=2, keepdims=True, dtype=np.uint16) // 3
    yield "grey", np.repeat(grey.astype(np.uint8), 3, axis=2), five
    covered = image.copy()
    cv2.circle(covered, tuple(map(round, five[0])), round(0.35 * eyes), (20, 20, 20), -1)
    yield "covered", covered, five
