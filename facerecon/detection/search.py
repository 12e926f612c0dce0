"""What sizes of faces to look for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facerecon.core.errors import SettingsError


@dataclass(frozen=True)
class Search:
    """Sizes of faces that are wanted: px of the photo, the square root of the box's area."""

    min_face: float = 0.0
    "0: as small as the detector can see, but a portrait ends the search; else tiles go as deep as this size needs"
    max_face: float = float("inf")
    "larger faces are left out"

    def __post_init__(self):
        if not (0 <= self.min_face <= self.max_face and math.isfinite(self.min_face)):
            raise SettingsError(
                f"Sizes of faces must run from 0 or more px upwards, not from {self.min_face} to {self.max_face} px."
            )

    def wants(self, sizes: np.ndarray) -> np.ndarray:
        """Tells which sizes `(F,)` px are wanted; `(F,)` bool."""
        return (sizes >= self.min_face) & (sizes <= self.max_face)


EVERY_SIZE = Search()
