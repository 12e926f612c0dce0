"""sRGB and linear light of float colours (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np


def to_linear(colours: np.ndarray) -> np.ndarray:
    """Turns sRGB in [0, 255] into linear RGB in [0, 1]."""
    share = np.asarray(colours, dtype=np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((np.maximum(share, 0.04045) + 0.055) / 1.055) ** 2.4)


def to_srgb(light: np.ndarray) -> np.ndarray:
    """Turns linear RGB into sRGB, 0 to 255 for [0, 1]; brighter light goes on beyond, negative light is 0."""
    light = np.maximum(np.asarray(light, dtype=np.float64), 0)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
