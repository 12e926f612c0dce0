"""Sample subjects: a public-domain portrait, and three synthetic heads of our own (CC0) whose true shape is known.

`scripts/samples.py` rendered the synthetic ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.errors import SettingsError
from facerecon.core.photos import read_photo
from facerecon.core.types import Photo

SAMPLES = ("astronaut", "synthetic_1", "synthetic_2", "synthetic_3")
FOLDER = files("facerecon.samples")


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of a synthetic subject."""

    neutral: np.ndarray
    "`(V, 3)` mm, head frame: the skin without expression, in the Anny head's vertex order"
    expression: np.ndarray
    "`(52,)` ARKit weights"
    camera_from_head: np.ndarray
    "`(4, 4)`"
    focal: float
    "px"


def load_sample(name: str) -> Photo:
    """Loads a sample's photo.

    Raises:
        SettingsError: there is no sample of that name.
    """
    if name == "astronaut":
        # Eileen Collins, NASA, public domain; it ships inside scikit-image.
        from skimage.data import astronaut

        image = astronaut()
        return Photo(image, hashlib.sha256(image.tobytes()).hexdigest(), None, "astronaut.png")
    if name not in SAMPLES:
        raise SettingsError(f"There is no sample called “{name}”; known are: {', '.join(SAMPLES)}.")
    return read_photo((FOLDER / f"{name}.jpg").read_bytes(), f"{name}.jpg")


def load_truth(name: str) -> Truth | None:
    """Loads what is known of a sample; None for a real person."""
    path = FOLDER / f"{name}.npz"
    if name not in SAMPLES or not path.is_file():
        return None
    with path.open("rb") as file, np.load(file) as data:
        neutral, expression, pose = (
            read_only(data[key], np.float64) for key in ("neutral", "expression", "camera_from_head")
        )
        return Truth(neutral, expression, pose, float(data["focal"]))
