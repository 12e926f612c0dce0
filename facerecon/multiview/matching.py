"""Finds the same skin in two unwrapped photos: dense optical flow, kept where it is sure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.geometry.sampling import sample
from facerecon.multiview.unwrapping import Unwrapped

RETURN_PX = 1.5
"""how far from its start a texel may come back that follows the flow to the other photo and back"""
_AROUND_PX = 3.0
"""standard deviation of the window in which patches are compared"""


@dataclass(frozen=True, eq=False)
class Matches:
    """The same skin in two photos."""

    texels: np.ndarray
    "`(M,)` flat index of the texels of the first photo"
    others: np.ndarray
    "`(M, 2)` x and y of where their skin lies in the second photo's uv, px"
    points: np.ndarray
    "`(M, 3)` mm: the surface there, head frame, with the second photo's expression"
    trust: np.ndarray
    "`(M,)` in (0, 1]: how alike the patches are, less where the skin turns away"


def flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Finds for `(S, S)` uint8 pictures how texels of the first move to the second, `(S, S, 2)` float32 px.

    Dense inverse search over patches, smoothed by a variational step (Kroeger et al. 2016, “Fast optical flow using
    dense inverse search”).
    """
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(1)
    search.setPatchSize(8)
    search.setPatchStride(3)
    return search.calc(first, second, None)


def match(first: Unwrapped, second: Unwrapped, there: np.ndarray, back: np.ndarray, step: int, alike: float) -> Matches:
    """Keeps every `step`-th texel whose flow comes back to it and whose surroundings look alike.

    Args:
        first: a photo.
        second: another one.
        there: `(S, S, 2)` flow from the first to the second.
        back: `(S, S, 2)` flow from the second to the first.
        step: texels; neighbours tell the same thing.
        alike: least correlation.
    """
    size = len(there)
    grid = np.stack(np.meshgrid(*(np.arange(size, dtype=np.float32),) * 2), axis=2)
    to = grid + there

    def warped(picture: np.ndarray) -> np.ndarray:
        return cv2.remap(picture, to, None, cv2.INTER_LINEAR)

    away = np.linalg.norm(there + warped(back), axis=2)
    likeness = correlation(first.picture, warped(second.picture), _AROUND_PX)
    whole = warped(second.seen.astype(np.float32)) > 0.99
    good = first.seen & whole & (away < RETURN_PX) & (likeness > alike)
    rows, columns = np.nonzero(good[step // 2 :: step, step // 2 :: step])
    rows, columns = rows * step + step // 2, columns * step + step // 2
    others = to[rows, columns].astype(np.float64)
    slanted = np.minimum(first.facing[rows, columns], sample(second.facing, others))
    trust = likeness[rows, columns] * np.minimum(2 * slanted, 1)
    return Matches(rows * size + columns, others, sample(second.points, others).astype(np.float64), trust)


def correlation(first: np.ndarray, second: np.ndarray, radius: float) -> np.ndarray:
    """Finds how alike two `(S, S)` pictures are around each pixel, in [-1, 1]; 0 where there is nothing to compare."""
    a, b = first.astype(np.float32) - 128, second.astype(np.float32) - 128  # the less cancels, the more is exact

    def mean(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (0, 0), radius)

    around_a, around_b = mean(a), mean(b)
    together = mean(a * b) - around_a * around_b
    apart = np.maximum(mean(a * a) - around_a**2, 0) * np.maximum(mean(b * b) - around_b**2, 0)
    return np.where(apart > 1, (together / np.sqrt(np.maximum(apart, 1))).clip(-1, 1), 0)
