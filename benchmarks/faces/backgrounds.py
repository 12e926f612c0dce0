"""Textured pictures without faces: photos that ship with scikit-image, and noise, gradients, stripes and clutter."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import skimage.data

from facerecon.detection.pyramid import resized

PHOTOS = ("brick", "grass", "gravel", "coffee", "rocket", "hubble_deep_field", "immunohistochemistry") + (
    "retina",
    "moon",
    "page",
    "text",
    "cell",
    "stereo_motorcycle",
)
"Of `skimage.data`, in the wheel; none shows people. Left out: astronaut and camera (people), coins (heads on them)."
CAT = "cat"
"a face, but no person's: only a picture without faces may have it"


def background(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Makes a picture without faces, `(height, width, 3)` uint8."""
    makers: tuple[Callable[..., np.ndarray], ...] = (_photo, _photo, _noise, _gradient, _stripes)
    image = makers[rng.integers(len(makers))](rng, width, height)
    if rng.random() < 0.5:
        image = _cluttered(rng, image)
    return image


def photo(name: str, rng: np.random.Generator, width: int, height: int, zoom: float = 2.0) -> np.ndarray:
    """Cuts a random window out of one of PHOTOS, turned, mirrored, tinted, at a random contrast and up to a zoom."""
    image = np.ascontiguousarray(np.rot90(_read(name), rng.integers(4))[:, :: rng.choice([-1, 1])])
    least = max(width / image.shape[1], height / image.shape[0])
    scale = least * rng.uniform(1, zoom)
    size = np.maximum(np.round(np.array(image.shape[1::-1]) * scale).astype(int), (width, height))
    image = resized(image, *size.tolist())
    left, top = rng.integers(size[0] - width + 1), rng.integers(size[1] - height + 1)
    image = image[top : top + height, left : left + width].astype(np.float32)
    return _bytes((image - 128) * rng.uniform(0.5, 1.1) + 128 + rng.uniform(-40, 40) + rng.normal(0, 12, 3))


@cache
def _read(name: str) -> np.ndarray:
    image = getattr(skimage.data, name)()
    image = image[0] if isinstance(image, tuple) else image
    return np.stack([image] * 3, axis=2) if image.ndim == 2 else image


def _photo(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    return photo(PHOTOS[rng.integers(len(PHOTOS))], rng, width, height)


def _noise(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Adds up noise of several sizes, stronger where coarser: clouds, plaster, leaves."""
    image = np.ones((height, width, 3), np.float32) * _colours(rng, 1).astype(np.float32)
    fall = rng.uniform(0.5, 1)
    for octave in range(7):
        grid = rng.normal(0, 45 * fall**octave, (3 * 2**octave, 4 * 2**octave, 1))
        colours = rng.normal(0, 6 * fall**octave, (3 * 2**octave, 4 * 2**octave, 3))
        image += cv2.resize((grid + colours).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return _bytes(image)


def _gradient(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Runs from corner to corner between four colours, with a little grain: a wall, the sky."""
    corners = _colours(rng, 1) + rng.normal(0, 35, (2, 2, 3))
    image = cv2.resize(corners.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return _bytes(image + rng.normal(0, rng.uniform(0, 8), (height, width, 1)))


def _stripes(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Lays boards or curtains side by side."""
    edges = np.sort(rng.integers(0, width, rng.integers(5, 40)))
    tones = _colours(rng, 1) + rng.normal(0, 25, (len(edges) + 1, 1))
    image = np.broadcast_to(tones[np.searchsorted(edges, np.arange(width))], (height, width, 3))
    grain = cv2.GaussianBlur(rng.normal(0, 60, (height, width)), (0, 0), sigmaX=1, sigmaY=12)
    return _bytes(image + grain[:, :, None])


def _cluttered(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Puts plain discs, boxes and beams into a picture, some of them out of focus."""
    height, width = image.shape[:2]
    image = image.copy()
    for _ in range(rng.integers(3, 16)):
        colour = _colours(rng, 1)[0].tolist()
        at, extent = rng.integers(0, (width, height)), rng.integers(8, max(min(width, height) // 4, 9), 2)
        kind = rng.integers(3)
        if kind == 0:
            cv2.ellipse(image, at.tolist(), extent.tolist(), rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(image, at.tolist(), (at + extent).tolist(), colour, -1)
        else:
            end = rng.integers(0, (width, height)).tolist()
            cv2.line(image, at.tolist(), end, colour, int(rng.integers(2, 20)), cv2.LINE_AA)
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 6)) if rng.random() < 0.5 else image


def _colours(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draws muted colours `(count, 3)`."""
    return (rng.uniform(30, 220, (count, 1)) + rng.normal(0, 30, (count, 3))).clip(5, 250)


def _bytes(image: np.ndarray) -> np.ndarray:
    return image.clip(0, 255).round().astype(np.uint8)
