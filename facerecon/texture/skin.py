"""Which colours are this person's skin: a robust Gaussian in CIE Lab, learned from the face in the photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.texture.ramp import ramp

_FLOOR = np.array([5.0, 2.5, 2.5])
"added to the standard deviations of L, a, b: light and make-up vary more than a small sample shows"
_ROUNDS = 4
_KEPT = 2.5
_FEWEST = 10
_SKIN, _NOT_SKIN = 2.0, 3.6


def lab(colours: np.ndarray) -> np.ndarray:
    """Turns `(N, 3)` sRGB in [0, 255] into CIE Lab, L in [0, 100]."""
    check_shape(colours, ("N", 3), "colours")
    pixels = (np.asarray(colours, dtype=np.float32) / 255).reshape(-1, 1, 3)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float64) if len(colours) else pixels[:, 0]


@dataclass(frozen=True, eq=False)
class SkinColour:
    mean: np.ndarray
    "`(3,)` Lab"
    precision: np.ndarray
    "`(3, 3)` inverse covariance"
    typical: np.ndarray
    "`(3,)` RGB in [0, 255]: the median of what was held for skin"

    def distance(self, colours: np.ndarray) -> np.ndarray:
        """Gives how many standard deviations each of `(N, 3)` RGB in [0, 255] lies from the mean (Mahalanobis)."""
        away = lab(colours) - self.mean
        return np.sqrt(np.einsum("nj,jk,nk->n", away, self.precision, away))

    def likelihood(self, colours: np.ndarray) -> np.ndarray:
        """Tells for `(N, 3)` RGB in [0, 255] how far each is skin: 1 within 2, 0 beyond 3.6 standard deviations."""
        return ramp(self.distance(colours), _NOT_SKIN, _SKIN)


def learn_skin(colours: np.ndarray, weights: np.ndarray) -> SkinColour:
    """Fits the colours of a face, trimming what is not skin (brows, lips, fringe) by Mahalanobis distance.

    Args:
        colours: `(N, 3)` RGB in [0, 255], mostly skin.
        weights: `(N,)` >= 0.

    Raises:
        ValueError: all weights are 0.
    """
    if weights.sum() <= 0:
        raise ValueError("no colour has any weight")
    points, kept = lab(colours), weights > 0
    mean = np.median(points[kept], axis=0)
    spread = 1.48 * np.median(np.abs(points[kept] - mean), axis=0)
    covariance = np.diag(spread**2 + _FLOOR**2)
    for _ in range(_ROUNDS):
        away = points - mean
        near = (weights > 0) & (np.einsum("nj,jk,nk->n", away, np.linalg.inv(covariance), away) < _KEPT**2)
        if near.sum() < _FEWEST:
            break
        kept = near
        share = weights * kept / weights[kept].sum()
        mean = share @ points
        away = points - mean
        covariance = (share[:, None] * away).T @ away + np.diag(_FLOOR**2)
    return SkinColour(mean, np.linalg.inv(covariance), np.median(colours[kept], axis=0))
