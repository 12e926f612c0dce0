"""The iris as a photo shows it: unrolled around the pupil, lids and glare replaced by what other directions show."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.sampling import sample
from facerecon.texture.skin import lab

RADII, ANGLES = 28, 96
_SMALLEST_PX = 7.0
"smaller irises hold no structure, and painted ones look better"
_LID = -0.3
"above this height, in radii, there is mostly lid and lashes"
_ALIKE = 16.0
"CIE76: what differs more from its ring is lid, sclera or glare"
_FEWEST = 0.35
_SOFT_ANGLE = 4.0


def iris_disc(image: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray | None:
    """Unrolls an iris.

    Each ring's middle colour is the median over the directions that lids rarely cover; a direction keeps its own colour
    where it resembles that, and takes the ring's elsewhere.

    Args:
        image: `(H, W, 3)` RGB uint8.
        centre: `(2,)` px, of the iris.
        radius: px, of the iris.

    Returns:
        `(RADII, ANGLES, 3)` float, RGB in [0, 255], from the pupil's middle to the limbus, clockwise from the right;
        None where the iris is too small, or hardly anything of it is seen.
    """
    check_shape(image, ("H", "W", 3), "image")
    if radius < _SMALLEST_PX:
        return None
    angle = 2 * np.pi * np.arange(ANGLES) / ANGLES
    away = (np.arange(RADII) + 0.5) / RADII
    x, y = away[:, None] * np.cos(angle), away[:, None] * np.sin(angle)
    places = np.asarray(centre) + radius * np.stack([x, y], axis=-1).reshape(-1, 2)
    inside = ((places >= 0) & (places <= np.array(image.shape[1::-1]) - 1)).all(axis=1)
    colours = sample(image, places).astype(np.float64).reshape(RADII, ANGLES, 3)
    clear = inside.reshape(RADII, ANGLES) & (y > _LID * np.ones_like(x))
    if not clear.any(axis=1).all():
        return None
    rings = np.stack([np.median(row[seen], axis=0) for row, seen in zip(colours, clear, strict=True)])
    middle = cv2.GaussianBlur(rings[:, None], (1, 3), 0)
    difference = np.linalg.norm(lab(colours.reshape(-1, 3)) - lab(np.repeat(middle, ANGLES, 1).reshape(-1, 3)), axis=1)
    own = (difference.reshape(RADII, ANGLES) < _ALIKE) & inside.reshape(RADII, ANGLES)
    if own[RADII // 2 :].mean() < _FEWEST:
        return None
    share = cv2.erode(np.tile(own, (1, 3)).astype(np.uint8), np.ones((3, 5))).astype(np.float32)
    share = cv2.GaussianBlur(share, (0, 0), _SOFT_ANGLE)[:, ANGLES : 2 * ANGLES, None]
    share = share * own[..., None]
    return share * colours + (1 - share) * middle


def ring_colour(disc: np.ndarray) -> np.ndarray:
    """Gives the middle colour of an unrolled iris between pupil and limbus, `(3,)`."""
    return np.median(disc[RADII // 2 : RADII * 6 // 7].reshape(-1, 3), axis=0)


def read_disc(disc: np.ndarray, away: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Reads an unrolled iris at distances from the pupil's middle, in radii, and angles: `(..., 3)`."""
    around = np.concatenate([disc[:, -1:], disc, disc[:, :1]], axis=1).astype(np.float32)
    at = np.stack([np.mod(angle, 2 * np.pi) / (2 * np.pi) * ANGLES + 1, away * RADII - 0.5], axis=-1)
    return sample(around, at.reshape(-1, 2)).reshape(*away.shape, 3).astype(np.float64)
