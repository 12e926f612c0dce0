"""What makes one photo better than another at a place: how sharp it is there, and whether a highlight covers it."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.sampling import sample
from facerecon.texture.capture import Capture
from facerecon.texture.linear import to_linear
from facerecon.texture.ramp import ramp

_FINE_MM, _COARSE_MM = 0.6, 1.5
"standard deviations: between them lie pores, lashes and brows; finer than that a small photo shows noise alone"
_AROUND_MM = 12.0
_MARGIN_MM = 3.0
"the outline is an edge of the background's"
_FAR_MM = 1e8
_BLUNTEST = 0.15
_OFFSET = 8.0
_GLARE = (0.05, 0.25)
"highlight's share of the light at which it begins to matter, and at which nothing of the skin is left to see"
_LEFT = 0.1


def sharpness(capture: Capture) -> np.ndarray:
    """Measures how much fine structure a photo shows around each vertex, `(V,)` >= 0.

    Standard deviation of the logarithm of the brightness between two scales that are the same in mm for every photo;
    so light and distance do not matter, focus and motion do.
    """
    seen = capture.free & (capture.facing > 0)
    if not seen.any():
        return np.zeros(len(capture.pixels))
    scale = capture.camera.focal / float(np.median(capture.vertices[seen, 2]))
    grey = np.log(cv2.cvtColor(capture.image, cv2.COLOR_RGB2GRAY).astype(np.float32) + np.float32(_OFFSET))
    fine, coarse = (cv2.GaussianBlur(grey, (0, 0), max(size * scale, 0.3)) for size in (_FINE_MM, _COARSE_MM))
    energy = cv2.resize((fine - coarse) ** 2, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    inside = _inside(capture, energy.shape, _MARGIN_MM * scale / 4)
    around = max(_AROUND_MM * scale / 4, 0.3)
    total, share = (cv2.GaussianBlur(one, (0, 0), around) for one in (energy * inside, inside))
    energy = total / np.maximum(share, 1e-3)
    return np.sqrt(sample(energy, (capture.pixels + 0.5) / 4 - 0.5)).astype(np.float64)


def _inside(capture: Capture, shape: tuple[int, int], margin: float) -> np.ndarray:
    """Tells where a picture of a shape shows the head, a margin in px inside its outline: float32 0 or 1."""
    head = (capture.farthest < _FAR_MM).astype(np.float32)
    head = (cv2.resize(head, shape[::-1], interpolation=cv2.INTER_AREA) > 0.99).astype(np.uint8)
    return (cv2.distanceTransform(head, cv2.DIST_L2, 3) > margin).astype(np.float32)


def relative_sharpness(sharp: list[np.ndarray], seen: list[np.ndarray]) -> list[np.ndarray]:
    """Compares photos by place: for each `(V,)` in (0, 1], 1 where it is the sharpest of those that see the vertex."""
    best = np.max([one * there for one, there in zip(sharp, seen, strict=True)], axis=0)
    return [
        np.where(there & (best > 0), np.clip(one / np.where(best > 0, best, 1), _BLUNTEST, 1), 1.0)
        for one, there in zip(sharp, seen, strict=True)
    ]


def glare(colours: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Finds how much of the light of each colour is a highlight, by the dichromatic model (Shafer 1985).

    Skin reflects its own colour, a highlight the lamp's, here white: c = d · skin + s · white; both are found by
    least squares. Only what exceeds the skin's own variation counts.

    Args:
        colours: `(N, 3)` sRGB in [0, 255].
        skin: `(3,)` the person's, sRGB in [0, 255].

    Returns:
        `(N,)` in [0, 1]: highlight's share, s / (d + s), 0 for colours that are not brighter than the skin.
    """
    check_shape(colours, ("N", 3), "colours")
    own = to_linear(skin)
    axes = np.stack([own / np.linalg.norm(own), np.full(3, 3**-0.5)])
    light = to_linear(colours)
    amounts = light @ np.linalg.pinv(axes)
    share = np.clip(amounts[:, 1], 0, None) / np.maximum(np.abs(amounts).sum(axis=1), 1e-6)
    # Make-up, stubble and shade are grey too, but dark.
    brighter = ramp(light.mean(axis=1) / max(own.mean(), 1e-6), 1.0, 1.3)
    return np.clip(share, 0, 1) * brighter


def clear_of_glare(colours: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Gives the weight of each of `(N, 3)` colours beside another photo's: `(N,)`, small in a highlight."""
    return 1 - (1 - _LEFT) * ramp(glare(colours, skin), *_GLARE)
