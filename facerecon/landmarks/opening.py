"""How far eyes and mouth are open, as heights over widths: free of scale, and nearly free of the head's turning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Landmarks
from facerecon.landmarks.schemes import convert

SHUT = 0.15
"height over width, below which an eye is shut"


@dataclass(frozen=True)
class Opening:
    right_eye: float
    "height over width of the lids' opening; about 0.3 when open, below SHUT when shut"
    left_eye: float
    "the same"
    mouth: float
    "height over width of the inner lips; 0 when shut"

    @property
    def shut(self) -> tuple[bool, bool]:
        """Tells which eye is shut: left, right."""
        return self.left_eye < SHUT, self.right_eye < SHUT


def opening(landmarks: Landmarks) -> Opening:
    """Measures the eye and mouth aspect ratios (Soukupová and Čech 2016, eq. 1; the mouth alike).

    Args:
        landmarks: of any scheme that can become the 68 points.
    """
    points = convert(landmarks, "ibug68").points
    # Corners first and fourth, lids in pairs that face each other.
    return Opening(_ratio(points[36:42]), _ratio(points[42:48]), _ratio(points[[60, 61, 63, 64, 65, 67]]))


def _ratio(ring: np.ndarray) -> float:
    """Gives height over width of a ring of six points: corner, two above, corner, two below."""
    width = float(np.linalg.norm(ring[0] - ring[3]))
    heights = np.linalg.norm(ring[[1, 2]] - ring[[5, 4]], axis=1)
    return float(heights.mean()) / width if width > 0 else 0.0
