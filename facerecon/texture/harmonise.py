"""Bringing the colours of one source to those of another where both are seen, and smoothly beyond."""

from __future__ import annotations

import numpy as np

from facerecon.texture.extend import extend
from facerecon.texture.layout import Layout

_OFFSET = 8.0
"added to 8-bit colours before a ratio is taken: dark pixels say little about gains"
_STRONGEST = np.log(2.5)
_REACH_MM, _DETAIL_MM = 80.0, 18.0
_LEAST_AREA_MM2 = 100.0


def matching_gain(layout: Layout, colours: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Finds the smooth gain per channel that turns colours into target colours.

    The logarithm of their ratio, known where the weight is positive, is extended over the surface; far away it becomes
    its own weighted median. Light falls differently on both sides of a face, so one number would leave an edge; but
    only what is broad is light: a shadow or a highlight that moved must not be copied.

    Args:
        layout: of the texture.
        colours: `(V, 3)` RGB in [0, 255].
        target: `(V, 3)` RGB in [0, 255].
        weight: `(V,)` >= 0: where both are trusted.

    Returns:
        `(V, 3)`; 1 everywhere when hardly anything is seen in both.
    """
    if layout.areas @ (weight > 0.1) < _LEAST_AREA_MM2:
        return np.ones_like(colours)
    ratio = np.clip(np.log((target + _OFFSET) / (colours + _OFFSET)), -_STRONGEST, _STRONGEST)
    middle = _weighted_median(ratio, layout.areas * weight)
    return np.exp(extend(layout, ratio, weight, middle, _REACH_MM, _DETAIL_MM))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Finds the weighted median of each column of `(N, C)` values."""
    order = np.argsort(values, axis=0)
    share = np.cumsum(weights[order], axis=0)
    row = np.argmax(share >= 0.5 * share[-1], axis=0)
    return np.take_along_axis(values, np.take_along_axis(order, row[None], axis=0), axis=0)[0]
