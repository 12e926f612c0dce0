"""What a network's layers answer, as pictures: single maps, mosaics of maps, scores over the photo, and a diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.drawing.maps import value_colours
from facerecon.drawing.strokes import draw_lines
from facerecon.drawing.theme import QUIET, SURFACE, Tone, rgb

PORTION = 0.995
"""Of a map's values that its colours tell apart: a few outliers would turn all others white."""
FAINT = 0.05
"""Least scale of a map, as a share of that of all maps of its layer: what is next to nothing stays pale."""
ASPECT = 2.6
"""Width over height that a mosaic comes near to."""
EDGE, TEXT_ROOM = 8, 32
"""px between a tile of a diagram and what stands beside it, and below it, where its text is."""


def scale_of(values: np.ndarray) -> float:
    """Chooses the value that gets the full colour: the zero-centred scale runs from minus to plus this."""
    return float(np.quantile(np.abs(values), PORTION)) or 1.0


def map_scales(maps: np.ndarray) -> np.ndarray:
    """Chooses a scale for each of the maps `(C, H, W)` of one layer, so that each is drawn well: `(C,)`."""
    return np.maximum([scale_of(one) for one in maps], FAINT * scale_of(maps))


def clearest(maps: np.ndarray) -> int:
    """Finds the map among `(C, H, W)` whose picture has the most contrast, apart from its border."""
    inner = maps[:, 1:-1, 1:-1] if min(maps.shape[1:]) > 2 else maps
    shown = (inner / map_scales(inner)[:, None, None]).clip(-1, 1)
    return int(shown.std(axis=(1, 2)).argmax())


def map_levels(values: np.ndarray, scale: float) -> np.ndarray:
    """Turns a map `(H, W)` into rows of `palette`: 128 is zero, 1 and 255 are minus and plus `scale`; uint8."""
    check_shape(values, ("H", "W"), "values")
    return np.round((values / scale).clip(-1, 1) * 127 + 128).astype(np.uint8)


def palette() -> np.ndarray:
    """Gives the colours of map levels, blue over white to red, `(256, 4)` uint8 with opacity; 0 is transparent."""
    colours = np.full((256, 4), 255, np.uint8)
    colours[1:, :3] = value_colours(np.linspace(-1, 1, 255), (-1, 1), diverging=True)
    colours[0] = 0
    return colours


def mosaic(maps: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Lays out all maps of a layer, each on its own scale, in equal cells with a transparent gap.

    Args:
        maps: `(C, H, W)`.

    Returns:
        `(rows · cell, columns · cell)` uint8, rows of `palette`; and columns, rows.
    """
    count, height, width = maps.shape
    columns = mosaic_columns(count, width / height)
    rows = -(-count // columns)
    gap = max(1, round(0.06 * width))
    levels = np.zeros((rows, height + gap, columns, width + gap), np.uint8)
    for number, (values, scale) in enumerate(zip(maps, map_scales(maps), strict=True)):
        cell = levels[number // columns, :, number % columns]
        cell[gap // 2 : gap // 2 + height, gap // 2 : gap // 2 + width] = map_levels(values, scale)
    return levels.reshape(rows * (height + gap), columns * (width + gap)), (columns, rows)


def mosaic_columns(count: int, aspect: float = 1.0) -> int:
    """Chooses how many columns hold `count` maps of an aspect (width over height), without holes.

    Example:
        >>> mosaic_columns(8), mosaic_columns(64), mosaic_columns(20)
        (4, 16, 5)
    """
    divisors = [n for n in range(1, count + 1) if count % n == 0]
    return min(divisors, key=lambda n: abs(np.log(n * n * aspect / (count * ASPECT))))


def score_picture(image: np.ndarray, scores: np.ndarray, tone: Tone, dim: float = 0.45) -> np.ndarray:
    """Lays the scores of one pyramid level over the picture that the network saw, cell by cell.

    Args:
        image: `(H, W, 3)` RGB uint8.
        scores: `(h, w)` in [0, 1]; each covers its share of the picture.
        tone: of the level.
        dim: what is left of the picture's brightness where there is no score.

    Returns:
        `(H, W, 3)` uint8.
    """
    check_shape(scores, ("h", "w"), "scores")
    size = image.shape[1::-1]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32) * np.float32(dim)
    share = cv2.resize(scores.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)[..., None]
    mixed = grey * (1 - share) + np.float32(rgb(tone.dark)) * share
    return np.round(mixed).astype(np.uint8)


def diagram(
    tiles: Mapping[tuple[int, int], np.ndarray],
    arrows: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    cell: tuple[int, int],
    side: int,
    large: Mapping[tuple[int, int], np.ndarray] | None = None,
    dark: bool = False,
) -> np.ndarray:
    """Draws a network as tiles in a grid, with arrows between them and room for a text under each.

    Args:
        tiles: (column, row) → square picture.
        arrows: from tile to tile, along a row or down a column.
        cell: width and height, px.
        side: of a tile, px; it stands at the top of its cell, in the middle.
        large: (column, row) of the upper left cell → a picture that is drawn as large as it is.
        dark: for a dark surface.

    Returns:
        `(rows · height, columns · width, 3)` uint8.
    """
    columns, rows = (max(place[axis] for place in tiles) + 1 for axis in (0, 1))
    picture = np.empty((rows * cell[1], columns * cell[0], 3), np.uint8)
    picture[:] = rgb(SURFACE.on(dark))
    sized = {place: _resized(tile, side) for place, tile in tiles.items()}
    margin = (cell[0] - side) // 2
    boxes = {}
    for place, image in {**sized, **(large or {})}.items():
        x, y = place[0] * cell[0] + margin, place[1] * cell[1] + EDGE
        height, width = image.shape[:2]
        picture[y : y + height, x : x + width] = image
        boxes[place] = np.array([x, y, x + width, y + height])
    for start, end in arrows:
        picture = _arrow(picture, boxes[start], boxes[end], rgb(QUIET.on(dark)))
    return picture


def _resized(tile: np.ndarray, side: int) -> np.ndarray:
    """Brings a square picture to a size; the pixels of small maps stay squares, photos are averaged."""
    return cv2.resize(tile, (side, side), interpolation=cv2.INTER_NEAREST if len(tile) < side else cv2.INTER_AREA)


def _arrow(picture: np.ndarray, start: np.ndarray, end: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Draws an arrow from the edge of one box to the edge of another beside or below it."""
    x, y = (start[:2] + start[2:]) / 2
    if end[1] >= start[3]:
        tail, tip = np.array([x, start[3] + TEXT_ROOM]), np.array([x, end[1] - EDGE])
    elif end[0] >= start[2]:
        tail, tip = np.array([start[2] + EDGE, y]), np.array([end[0] - EDGE, y])
    else:
        tail, tip = np.array([start[0] - EDGE, y]), np.array([end[2] + EDGE, y])
    along = (tip - tail) / np.linalg.norm(tip - tail)
    wings = tip - 8 * along + np.outer([6, -6], [-along[1], along[0]])
    return draw_lines(picture, np.stack([tail, *wings]), np.stack([tip] * 3), colour, 2.0)
