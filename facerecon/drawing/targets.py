"""What a detector is taught, over the photo: which pixels of a map answer for which face, and what they answer."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.drawing.strokes import draw_curve, draw_dots, draw_lines, paint, stroke_width
from facerecon.drawing.theme import STAGES, rgb

DIM = 0.55
"""What is left of the photo's brightness, and of its colours nothing, so that the map's stand out."""
OPACITY = 0.9
"""Of a pixel of the map whose value is 1."""


def face_colour(row: int) -> tuple[int, int, int]:
    """Gives each face of a picture its colour; they come round again."""
    tones = list(STAGES.values())
    return rgb(tones[row % len(tones)].dark)


def draw_targets(
    image: np.ndarray, values: np.ndarray, stride: int, boxes: np.ndarray, owner: np.ndarray | None = None
) -> np.ndarray:
    """Lays a map over a dim grey picture, square by square, and outlines the faces that it comes from.

    Args:
        image: `(H, W, 3)` RGB uint8.
        values: `(h, w)` in [0, 1]: centre-ness, or the heat of a face's middle.
        stride: px of the picture that a pixel of the map covers along each side.
        boxes: `(F, 4)` px.
        owner: `(h, w)` row of the box whose colour a pixel gets, negative for none; None: all get the first one's.

    Returns:
        `(H, W, 3)` uint8.
    """
    check_shape(values, ("h", "w"), "values")
    owner = np.zeros(values.shape, int) if owner is None else owner
    check_shape(owner, values.shape, "owner")
    width = stroke_width(image)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    image = np.round(grey * DIM).astype(np.uint8)
    for row in np.unique(owner[owner >= 0]):
        cover = np.round(np.where(owner == row, values, 0) * 255).astype(np.uint8)
        squares = cover.repeat(stride, axis=0).repeat(stride, axis=1)[: image.shape[0], : image.shape[1]]
        image = paint(image, squares, face_colour(int(row)), OPACITY)
    for row, (x0, y0, x1, y1) in enumerate(boxes):
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        image = draw_curve(image, corners, face_colour(row), width, closed=True)
    return image


def draw_distances(image: np.ndarray, point: np.ndarray, distances: np.ndarray, row: int = 0) -> np.ndarray:
    """Draws what a pixel answers: how far it is from its point to the four sides of its box.

    Args:
        image: `(H, W, 3)` RGB uint8.
        point: `(2,)` px.
        distances: `(4,)` px to the left, top, right and bottom side.
        row: of the box, for its colour.

    Returns:
        `(H, W, 3)` uint8.
    """
    directions = np.array([[-1, 0], [0, -1], [1, 0], [0, 1]])
    ends = point + directions * np.asarray(distances)[:, None]
    starts = np.broadcast_to(point, ends.shape)
    width = stroke_width(image, 0.003)
    image = draw_lines(image, starts, ends, face_colour(row), width)
    image = draw_dots(image, ends, face_colour(row), 1.6 * width)
    return draw_dots(image, point[None], (255, 255, 255), 2 * width)
