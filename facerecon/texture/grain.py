"""Fine structure for what nobody saw, as strong as where it was seen: pores on the skin, strands on the scalp."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.sampling import sample

_MIDDLE = (0.0, 15.0, -70.0)
"mm, of the head"
_CROWN_ANGLE = np.deg2rad(20.0)
"how far behind the top lies the whorl that hair grows away from, seen from the middle"
_STRAND_WIDTH_MM, _STRAND_LENGTH_MM = 1.2, 16.0
_OCTAVES = (5, 10)
_RADIUS_MM = 90.0
_WAVES = 0.006


class Strands:
    """Short hair combed away from the crown: noise drawn out along the meridians.

    Args:
        rng: where the noise comes from.
    """

    def __init__(self, rng: np.random.Generator):
        self._rows = int(np.ceil(np.pi * _RADIUS_MM / _STRAND_LENGTH_MM)) + 2
        self._waves = self._noise(rng, 16)
        self._layers = [self._noise(rng, 2**level) for level in range(*_OCTAVES)]

    def _noise(self, rng: np.random.Generator, columns: int) -> np.ndarray:
        """Makes values along (rows) and around (columns); their first and last column stand for both ends."""
        values = rng.standard_normal((self._rows, columns)).astype(np.float32)
        return cv2.copyMakeBorder(values, 0, 0, 1, 1, cv2.BORDER_WRAP)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Gives the brightness at `(N, 3)` points, mm, head frame: `(N,)` float32, mean about 0, deviation about 1."""
        check_shape(points, ("N", 3), "points")
        x, y, z = (np.asarray(points, dtype=np.float32) - np.float32(_MIDDLE)).T
        # By hand: a matrix product of so thin an array is slower than its memory.
        sine, cosine = np.float32(np.sin(_CROWN_ANGLE)), np.float32(np.cos(_CROWN_ANGLE))
        front, crown = sine * y + cosine * z, cosine * y - sine * z
        radius = np.hypot(x, front)
        turn = np.arctan2(x, front) / np.float32(2 * np.pi) + np.float32(0.5)
        along = np.arctan2(radius, crown) * np.float32(_RADIUS_MM / _STRAND_LENGTH_MM)
        turn = turn + np.float32(_WAVES) * _read(self._waves, turn, along)
        # Meridians meet at the crown: fewer strands there, so that none gets thinner.
        octave = np.log2(np.maximum(radius * np.float32(2 * np.pi / _STRAND_WIDTH_MM), 1))
        octave = np.clip(octave, _OCTAVES[0], _OCTAVES[1] - 1)
        result, power = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
        for level, layer in enumerate(self._layers, _OCTAVES[0]):
            weight = np.maximum(1 - np.abs(octave - np.float32(level)), 0)
            chosen = np.flatnonzero(weight)
            result[chosen] += weight[chosen] * _read(layer, turn[chosen], along[chosen])
            power += weight**2
        # Bilinear mixing of independent values leaves four ninths of their variance.
        return result / np.sqrt(power * np.float32(4 / 9))


def _read(noise: np.ndarray, turn: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Reads smooth noise, periodic in `turn`, at `(N,)` places."""
    turn = np.mod(turn, np.float32(1)) * np.float32(noise.shape[1] - 2) + np.float32(0.5)
    return sample(noise, np.column_stack([turn, along]))


def strength(detail: np.ndarray, chosen: np.ndarray, weakest: float, strongest: float) -> float:
    """Measures how strong the fine structure is, robustly.

    Args:
        detail: `(N, 3)` RGB beyond the smooth part.
        chosen: `(N,)` bool, where to look.
        weakest: the result's least value, also where there is too little to measure.
        strongest: the result's largest value.

    Returns:
        A standard deviation in 8-bit steps.
    """
    if chosen.sum() < 500:
        return weakest
    grey = detail[chosen].mean(axis=1)
    return float(np.clip(1.48 * np.median(np.abs(grey - np.median(grey))), weakest, strongest))
