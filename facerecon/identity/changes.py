"""The same face seen otherwise: copies of a photo that no person would take for somebody else."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from facerecon.core.types import Photo

SMALL = 20
"""px between the eyes."""
TURN = 20
"""Degrees."""
SHIFT = 0.04
"""Of the distance between the eyes: how far points are off."""


def changed(photo: Photo, five: np.ndarray) -> Iterator[tuple[str, Photo, np.ndarray]]:
    """Makes copies of a photo: what was done, the copy, and where the five points, found before, are in it now.

    Args:
        photo: of a face.
        five: `(5, 2)` px: right eye, left eye (the subject's), nose tip, right and left mouth corner.
    """
    eyes = float(np.linalg.norm(five[0] - five[1]))
    image, width = photo.image, photo.image.shape[1]
    turn = cv2.getRotationMatrix2D(tuple(map(float, five.mean(axis=0))), TURN, 1)
    scale = SMALL / eyes
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 1)[..., ::-1]
    shrunk = (five + 0.5) * [small.shape[1] / width, small.shape[0] / image.shape[0]] - 0.5
    covered = image.copy()
    cv2.circle(covered, tuple(map(round, five[0])), round(0.35 * eyes), (20, 20, 20), -1)
    for name, picture, points in (
        ("mirrored", image[:, ::-1], (five * [-1, 1] + [width - 1, 0])[[1, 0, 2, 4, 3]]),
        ("turned", cv2.warpAffine(image, turn, image.shape[1::-1]), five @ turn[:, :2].T + turn[:, 2]),
        ("small", small, shrunk),
        ("recompressed", jpeg, shrunk),
        ("blurred", cv2.GaussianBlur(image, (0, 0), 0.06 * eyes), five),
        ("dark", (image * 0.3).astype(np.uint8), five),
        ("overexposed", np.clip(image * 2.0, 0, 255).astype(np.uint8), five),
        ("grey", np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8), five),
        ("covered", covered, five),
        ("misplaced", image, five + np.random.default_rng(0).normal(0, SHIFT * eyes, (5, 2))),
    ):
        yield name, Photo(np.ascontiguousarray(picture), f"{photo.digest}/{name}", None, photo.name), points
