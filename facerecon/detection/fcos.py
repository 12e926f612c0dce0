"""FCOS (Tian et al. 2019, arXiv:1904.01355): every pixel in a box says how far the box's four sides are.

What a network of this family learns: which pixels of which level are to find which box, the distances that they are to
answer, and how central they are. No anchor is laid. CenterFace, which needs the middle pixel only, is in `heat_map`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.detection.anchors import BACKGROUND
from facerecon.geometry.boxes import areas


@dataclass(frozen=True)
class Level:
    """One map of the feature pyramid."""

    stride: int
    "px of the picture between its locations"
    least: float
    "px: of the largest of the four distances that it is to answer"
    most: float
    "px: the same"


LEVELS = (Level(8, 0, 64), Level(16, 64, 128), Level(32, 128, 256), Level(64, 256, 512), Level(128, 512, np.inf))
"""P3 to P7 (section 3.2)."""


@dataclass(frozen=True, eq=False)
class Targets:
    """What one level is to answer, by location."""

    assigned: np.ndarray
    "`(N,)` row of the box to find, or BACKGROUND"
    distances: np.ndarray
    "`(N, 4)` px to its left, top, right and bottom side; 0 for background"
    centreness: np.ndarray
    "`(N,)` in [0, 1], 1 in the middle of the box; 0 for background"


def locations(height: int, width: int, stride: int) -> np.ndarray:
    """Places the pixels of a map in its picture: in the middle of the square that each covers.

    Returns:
        `(N, 2)` px, row by row; a map has as many rows as squares begin in the picture.
    """
    y, x = (stride * (np.arange(-(-extent // stride)) + 0.5) - 0.5 for extent in (height, width))
    return np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)


def distances(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Measures how far each side of each box is from each point (equation 1).

    Args:
        points: `(N, 2)` px.
        boxes: `(F, 4)` px.

    Returns:
        `(N, F, 4)` left, top, right, bottom, px; all positive inside the box.
    """
    return np.concatenate([points[:, None] - boxes[None, :, :2], boxes[None, :, 2:] - points[:, None]], axis=2)


def decode(points: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Makes boxes `(N, 4)` px of points `(N, 2)` px and the distances `(N, 4)` px that they answer."""
    return np.concatenate([points - distances[:, :2], points + distances[:, 2:]], axis=1)


def centreness(distances: np.ndarray) -> np.ndarray:
    """Measures how central points are in their boxes (equation 3); boxes seen from near their rim are bad ones.

    Args:
        distances: `(…, 4)` left, top, right, bottom.

    Returns:
        `(…,)`: 1 in the middle, 0 at the rim and outside.
    """
    pairs = distances.reshape(*distances.shape[:-1], 2, 2)  # left, top; right, bottom
    ratios = pairs.min(axis=-2) / np.maximum(pairs.max(axis=-2), np.finfo(float).tiny)
    return np.sqrt(ratios.clip(min=0).prod(axis=-1))


def assign(points: np.ndarray, boxes: np.ndarray, level: Level, radius: float | None = None) -> np.ndarray:
    """Chooses which box each location is to find: one that it lies in, of a size for this level, the smallest.

    Args:
        points: `(N, 2)` px, the level's locations.
        boxes: `(F, 4)` px.
        level: whose they are.
        radius: centre sampling: only the part of a box within so many strides from its middle counts (Tian et al.
            2020, arXiv:2006.09214, section 3.2); None: all of the box.

    Returns:
        `(N,)` row of the box, or BACKGROUND.
    """
    sides = distances(points, boxes)
    reach = sides.max(axis=2)
    inside = (sides.min(axis=2) > 0) & (reach >= level.least) & (reach <= level.most)
    if radius is not None:
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        inside &= np.abs(points[:, None] - middles[None]).max(axis=2) < radius * level.stride
    order = np.argsort(areas(boxes), kind="stable")
    first = np.append(inside[:, order], np.ones((len(points), 1), bool), axis=1).argmax(axis=1)
    return np.append(order, BACKGROUND)[first]


def encode(boxes: np.ndarray, height: int, width: int, level: Level, radius: float | None = None) -> Targets:
    """Makes what one level is to answer of a picture of `height` × `width` px; the arguments are those of `assign`."""
    points = locations(height, width, level.stride)
    assigned = assign(points, boxes, level, radius)
    found = assigned != BACKGROUND
    sides = np.zeros((len(points), 4))
    sides[found] = distances(points[found], boxes)[np.arange(found.sum()), assigned[found]]
    return Targets(assigned, sides, centreness(sides))
