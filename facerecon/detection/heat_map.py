"""Faces as points (Zhou et al. 2019, arXiv:1904.07850, CenterNet; Xu et al. 2019, arXiv:1911.03599, CenterFace).

A face is a peak in a map of a quarter of the picture's resolution. Three more maps say, at the peak, how large the face
is, where between the map's pixels its middle lies, and where its five points are. No anchor is laid, no box is matched:
`encode` writes what a network should say of known faces, `decode` reads what it says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter

from facerecon.core.types import Faces
from facerecon.networks.centerface import STRIDE

LEAST_OVERLAP = 0.7
"""IoU that a box keeps whose two corners are misplaced by the Gaussian's radius."""


class CentreMaps(NamedTuple):
    """What the network says, or should say, of one picture."""

    heat: np.ndarray
    "`(1, h, w)` in [0, 1]: that the middle of a face is here"
    scale: np.ndarray
    "`(2, h, w)` logarithm of the box's height and width, px of the map"
    offset: np.ndarray
    "`(2, h, w)` y and x from the pixel's middle to the box's, px of the map"
    points: np.ndarray
    "`(10, h, w)` y and x of the five points, from the box's top left corner, in its heights and widths"


def gaussian_radius(size: np.ndarray, overlap: float = LEAST_OVERLAP) -> np.ndarray:
    """Tells how far both corners of a box may be off, while its IoU with the true one stays `overlap` or more.

    The worst errors are those that shrink the box on all sides: (w − 2r)(h − 2r) = overlap · w h, solved for r. They
    bound CornerNet's three cases (Law and Deng 2018, arXiv:1808.01244, section 3.2).

    Args:
        size: `(F, 2)` width and height, any unit.
        overlap: in [0, 1].

    Returns:
        `(F,)` in that unit.
    """
    total, area = size.sum(axis=1), size.prod(axis=1)
    return (total - np.sqrt(total**2 - 4 * (1 - overlap) * area)) / 4


def encode(faces: Faces, height: int, width: int) -> CentreMaps:
    """Makes the maps that a network should answer.

    Heat is 1 at the pixel that holds a face's middle and falls off around it as a Gaussian, σ a third of
    `gaussian_radius`; where two meet the larger counts (CenterNet, section 3). The other maps count at the peaks only.

    Args:
        faces: px of the picture.
        height: of the picture, px; a multiple of `STRIDE`.
        width: the same.
    """
    shape = height // STRIDE, width // STRIDE
    maps = CentreMaps(*(np.zeros((channels, *shape)) for channels in (1, 2, 2, 10)))
    # From the first pixel's middle, where px of pictures are counted from, to its edge: that is where the map begins.
    corners = (faces.boxes.reshape(-1, 2, 2) + 0.5) / STRIDE
    size = corners[:, 1] - corners[:, 0]
    middle = corners.mean(axis=1)
    marks = (faces.keypoints + 0.5) / STRIDE if faces.keypoints is not None else np.zeros((len(faces), 5, 2))
    spread = gaussian_radius(size) / 3
    y, x = np.mgrid[: shape[0], : shape[1]]
    # The smallest face comes last, so that it stays where two share a pixel.
    for row in np.argsort(-size.prod(axis=1), kind="stable"):
        column, line = np.clip(middle[row].astype(int), 0, [shape[1] - 1, shape[0] - 1])
        bell = np.exp(-((x - column) ** 2 + (y - line) ** 2) / (2 * spread[row] ** 2))
        np.maximum(maps.heat[0], bell, out=maps.heat[0])
        maps.scale[:, line, column] = np.log(size[row][::-1])
        maps.offset[:, line, column] = middle[row][::-1] - (line, column) - 0.5
        maps.points[:, line, column] = ((marks[row] - corners[row, 0]) / size[row])[:, ::-1].ravel()
    return maps


def peaks(heat: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Finds where a map `(h, w)` exceeds `floor` and no neighbour is larger: rows `(F,)` and columns `(F,)`.

    This 3 × 3 maximum does what non-maximum suppression of boxes does elsewhere (CenterNet, section 4).
    """
    return np.nonzero((heat > floor) & (heat == maximum_filter(heat, size=3)))


def decode(maps: CentreMaps, rows: np.ndarray, columns: np.ndarray) -> Faces:
    """Reads the faces whose middles are at some pixels of the maps, `(F,)` rows and columns; px of the picture."""
    at = np.s_[:, rows, columns]
    size = STRIDE * np.exp(maps.scale[at][::-1].T.astype(np.float64))  # (F, 2) width, height
    middle = STRIDE * (np.stack([columns, rows], axis=1) + 0.5 + maps.offset[at][::-1].T) - 0.5
    corner = middle - size / 2
    marks = maps.points[at].T.reshape(-1, 5, 2)[..., ::-1]
    boxes = np.concatenate([corner, corner + size], axis=1)
    return Faces(boxes, maps.heat[0, rows, columns], corner[:, None] + marks * size[:, None])
