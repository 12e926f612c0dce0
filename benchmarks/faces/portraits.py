"""Portraits: a random person alone in a picture, of whom head, expression, pose and camera are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.faces.backgrounds import background
from benchmarks.faces.effects import photographed
from benchmarks.faces.pictures import Shown, show

FRAME = (1.9, 2.6)
"side of the picture over the size of the face"
BESIDE = 0.1
"how far from the picture's centre a face may be, over its size"


@dataclass(frozen=True, eq=False)
class Portrait:
    image: np.ndarray
    "`(S, S, 3)` RGB uint8"
    shown: Shown
    "who is in it, and where"


def portrait(rng: np.random.Generator, pose: tuple[float, float, float], size: float, cover: str = "") -> Portrait:
    """Makes a portrait.

    Args:
        rng: decides everything else.
        pose: yaw, pitch and roll of the head, radians.
        size: px of the face, square root of its box's area.
        cover: one of COVERS.
    """
    side = round(size * rng.uniform(*FRAME))
    image = background(rng, side, side)
    centre = (side - 1) / 2 + rng.uniform(-BESIDE, BESIDE, 2) * size
    shown = show(rng, image, pose, size, centre, cover)
    return Portrait(photographed(rng, image), shown)


def jittered(rng: np.random.Generator, box: np.ndarray) -> np.ndarray:
    """Moves and resizes a true box `(4,)` as a detector might have it."""
    extent = box[2:] - box[:2]
    middle = (box[:2] + box[2:]) / 2 + rng.uniform(-0.08, 0.08, 2) * extent
    half = extent / 2 * rng.uniform(0.9, 1.2, 2)
    return np.concatenate([middle - half, middle + half])
