"""Antialiased strokes at fractions of a pixel; every function gives a new picture."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape

_BITS = 4
"cv2 draws at fractions of a pixel as whole numbers with so many bits behind the point"


def stroke_width(image: np.ndarray, share: float = 0.004) -> float:
    """Chooses a width in pixels that looks the same at every size of picture; at least 1."""
    return max(1.0, share * float(np.hypot(*image.shape[:2])))


def draw_lines(
    image: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    colour: tuple[int, int, int],
    width: float = 1.0,
    opacity: float = 1.0,
) -> np.ndarray:
    """Draws separate lines.

    Args:
        image: `(H, W, 3)` RGB uint8.
        starts: `(N, 2)` px.
        ends: `(N, 2)` px.
        colour: RGB.
        width: px; below 1 the line becomes fainter instead of thinner.
        opacity: in [0, 1].

    Returns:
        `(H, W, 3)` uint8.
    """
    count = check_shape(starts, ("N", 2), "starts")["N"]
    check_shape(ends, (count, 2), "ends")
    lines = np.stack([starts, ends], axis=1)
    lines = lines[np.isfinite(lines).all(axis=(1, 2))]
    return _polylines(image, list(lines), colour, width, opacity, closed=False)


def draw_curve(
    image: np.ndarray,
    points: np.ndarray,
    colour: tuple[int, int, int],
    width: float = 1.0,
    closed: bool = False,
    opacity: float = 1.0,
) -> np.ndarray:
    """Draws one line through `(N, 2)` points, px; the other arguments as for `draw_lines`."""
    check_shape(points, ("N", 2), "points")
    return _polylines(image, [points[np.isfinite(points).all(axis=1)]], colour, width, opacity, closed)


def draw_dots(
    image: np.ndarray, points: np.ndarray, colour: tuple[int, int, int], radius: float, opacity: float = 1.0
) -> np.ndarray:
    """Draws filled discs of `radius` px at `(N, 2)` points, px."""
    check_shape(points, ("N", 2), "points")
    cover = np.zeros(image.shape[:2], np.uint8)
    scale = 1 << _BITS
    # cv2's antialiasing adds half a pixel all around.
    reach = round(max(radius - 0.5, 0.25) * scale)
    for x, y in _fixed(points[np.isfinite(points).all(axis=1)]):
        cv2.circle(cover, (int(x), int(y)), reach, 255, cv2.FILLED, cv2.LINE_AA, _BITS)
    return paint(image, cover, colour, opacity)


def paint(image: np.ndarray, cover: np.ndarray, colour: tuple[int, int, int], opacity: float = 1.0) -> np.ndarray:
    """Lays a colour over a picture where `cover`, `(H, W)` uint8, says how much of each pixel is covered."""
    check_shape(cover, image.shape[:2], "cover")
    result = image.copy()
    x, y, width, height = cv2.boundingRect(cover)
    window = np.s_[y : y + height, x : x + width]
    touched = cover[window] > 0
    share = cover[window][touched, None].astype(np.float32) * np.float32(opacity / 255)
    mixed = image[window][touched] * (1 - share) + np.float32(colour) * share
    result[window][touched] = np.round(mixed).astype(np.uint8)
    return result


def _polylines(
    image: np.ndarray,
    curves: list[np.ndarray],
    colour: tuple[int, int, int],
    width: float,
    opacity: float,
    closed: bool,
) -> np.ndarray:
    cover = np.zeros(image.shape[:2], np.uint8)
    thickness = max(1, round(width))
    fixed = [_fixed(curve) for curve in curves if len(curve)]
    if fixed:
        cv2.polylines(cover, fixed, closed, 255, thickness, cv2.LINE_AA, _BITS)
    return paint(image, cover, colour, opacity * min(width, 1.0))


def _fixed(points: np.ndarray) -> np.ndarray:
    """Rounds points to cv2's fractions of a pixel; what lies far outside is brought within the range of its type."""
    return np.round(np.clip(points, -(2**15), 2**15) * (1 << _BITS)).astype(np.int32)
