"""Turns, scales and shifts in the plane: found from points, and applied to points and pictures."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape

FINEST = 16
"""Samples a pixel along one axis, at most, where a picture is shrunk."""


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Finds the turn, scale and shift that bring points nearest to others, by least squares; it never mirrors.

    As complex numbers, turn and scale are one factor a: Σ |a s - t|² over centred points is least for
    a = Σ s* t / Σ s* s. This is Umeyama 1991 in two dimensions, with reflections excluded by construction. (Lifted
    to the plane z = 0, `procrustes` would mirror: by turning the plane over.)

    Args:
        source: `(N, 2)`, not all at one place.
        target: `(N, 2)`.

    Returns:
        target_from_source: `(2, 3)`, `[[c, -s, x], [s, c, y]]`.
    """
    count = check_shape(source, ("N", 2), "source")["N"]
    check_shape(target, (count, 2), "target")
    s, t = (np.asarray(points, dtype=np.float64) @ [1, 1j] for points in (source, target))
    away = s - s.mean()
    spread = np.vdot(away, away).real
    if not 0 < spread < np.inf:
        raise ValueError("source must be finite and not all at one place")
    factor = np.vdot(away, t) / spread
    return _matrix(factor, t.mean() - factor * s.mean())


def square_in(centre: np.ndarray, side: float, angle: float, pixels: int) -> np.ndarray:
    """Describes a turned square of a photo as a picture.

    Args:
        centre: `(2,)` px of the photo.
        side: px of the photo.
        angle: radians, clockwise on screen: how far the square is turned in the photo.
        pixels: side of the picture, px.

    Returns:
        photo_from_picture: `(2, 3)`.
    """
    factor = side / pixels * np.exp(1j * angle)
    return _matrix(factor, complex(*centre) - factor * (pixels - 1) / 2 * (1 + 1j))


def move(b_from_a: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Moves `(..., 2)` points by a `(2, 3)` matrix."""
    return points @ b_from_a[:, :2].T + b_from_a[:, 2]


def invert(b_from_a: np.ndarray) -> np.ndarray:
    """Gives `a_from_b` of a `(2, 3)` similarity."""
    linear = np.linalg.inv(b_from_a[:, :2])
    return np.column_stack([linear, -linear @ b_from_a[:, 2]])


def warp(image: np.ndarray, picture_from_image: np.ndarray, side: int) -> np.ndarray:
    """Draws a square picture of a moved image.

    What is shrunk is sampled several times a pixel and averaged, for else fine texture would turn into noise.

    Args:
        image: `(H, W, 3)` uint8.
        picture_from_image: `(2, 3)` similarity, pixels to pixels.
        side: of the picture, px.

    Returns:
        `(side, side, 3)` uint8; what lies outside the image is black.
    """
    scale = float(np.hypot(*picture_from_image[:, 0]))
    samples = int(np.clip(np.ceil(1 / max(scale, 1 / FINEST)), 1, FINEST))
    # Pixel centres are whole numbers: x' = (x + 0.5) · samples - 0.5.
    finer = samples * picture_from_image
    finer[:, 2] += samples / 2 - 0.5
    large = cv2.warpAffine(image, finer, (side * samples, side * samples), flags=cv2.INTER_LINEAR)
    return large if samples == 1 else cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)


def _matrix(factor: complex, shift: complex) -> np.ndarray:
    """Writes z → factor · z + shift as a `(2, 3)` matrix."""
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
