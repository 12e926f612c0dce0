"""Finds faces of any size with a detector that only knows faces of some sizes: a pyramid of overlapping tiles.

A detector with a small input (128 px for BlazeFace) is sure of faces between about 0.13 and 0.7 of its picture's side.
So it is shown the photo in a frame twice its size (faces that fill the picture or reach beyond it), the whole photo,
and tiles of about half the side, a quarter …, each level as one smaller copy of the photo, to bound memory.
Every candidate is looked at again, in the middle of a crop of its own: that refuses what only looked like a face from
afar, makes boxes accurate, and brings the finds of several tiles to the same box, which are then merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.nms import suppress
from facerecon.detection.pyramid import Pyramid, resized, window
from facerecon.detection.selection import joined, rows_of
from facerecon.geometry.boxes import iou

TILE = 256
"""px of the pictures that the detector is shown."""
FINEST = 200
"""px of the photo: side of the smallest tile, in which a face of 40 px has a fifth of the side."""
OVERLAP = 1 / 3
"""Of a tile's side: a face up to this size is whole in at least one tile."""
PORTRAIT = 0.1
"""Of the photo's longer side: a face of this size ends the search for smaller ones after the first level of tiles."""
CANDIDATE, CENTRED, CONFIRMED = 0.3, 0.5, 0.69
"""Scores that a face needs from afar, once centred, and as the mean of its own crops."""
OVERLAPPING, NESTED = 0.3, 0.7
"""Intersections over the union, and over the smaller box, above which two finds are one face."""
ZOOM = 2.6
"""Side of a candidate's own crop over its box, to centre it."""
ZOOMS = (1.8, 3.6)
"""The same, to confirm it."""

Find = Callable[[np.ndarray], Faces]
"""A detector on one small RGB picture; its boxes are px of that picture."""


def find_all(image: np.ndarray, find: Find, deepest: int | None = None) -> Faces:
    """Finds faces of every size.

    Args:
        image: `(H, W, 3)` RGB uint8.
        find: the detector; asked for candidates down to a score of `CANDIDATE`.
        deepest: how many levels of tiles at most; None: down to `FINEST`.

    Returns:
        The faces, largest first, px of `image`.
    """
    longer = max(image.shape[:2])
    sides = tile_sides(longer)
    pyramid = Pyramid(image, TILE)
    faces = Faces.none()
    for level, side in enumerate(sides[: None if deepest is None else 2 + deepest]):
        if level > 2 and len(faces) and faces.sizes[0] >= PORTRAIT * longer:
            break
        faces = merged([faces, *_search(pyramid, find, side, faces)])
    return faces


def tile_sides(longer: int) -> list[float]:
    """Lists the side of the tiles of each level, px: twice the photo, the photo, then tiles down to `FINEST`."""
    levels = max(int(np.ceil(np.log2(longer / FINEST))), 0)
    return [2.0 * longer, *(longer * (FINEST / longer) ** (level / max(levels, 1)) for level in range(levels + 1))]


def tile_corners(size: int) -> list[int]:
    """Places tiles of `TILE` px along one axis: evenly, overlapping by `OVERLAP` or more, all inside if one fits.

    Args:
        size: length of the axis, px; a shorter axis than a tile gets one tile, centred on it.
    """
    if size <= TILE:
        return [(size - TILE) // 2]
    count = int(np.ceil((size - TILE) / (TILE * (1 - OVERLAP)))) + 1
    return np.linspace(0, size - TILE, count).round().astype(int).tolist()


def _search(pyramid: Pyramid, find: Find, side: float, known: Faces) -> Iterator[Faces]:
    """Finds and confirms the faces of one level that are not known yet."""
    candidates = merged(list(_look(pyramid, find, side)))
    for box in candidates.boxes:
        if not len(known) or iou(box[None], known.boxes).max() < 0.5:
            yield _confirmed(pyramid, find, box)


def _look(pyramid: Pyramid, find: Find, side: float) -> Iterator[Faces]:
    """Shows the detector one level, tile by tile."""
    size = [max(round(extent * TILE / side), 1) for extent in pyramid.size.tolist()]
    smaller = resized(pyramid.copy(TILE / side)[0], *size)
    scale = pyramid.size / size  # whole pixels: not quite the same in x and y
    for top in tile_corners(size[1]):
        for left in tile_corners(size[0]):
            yield _moved(find(window(smaller, left, top, TILE)), np.array([left, top]), scale)


def _confirmed(pyramid: Pyramid, find: Find, box: np.ndarray) -> Faces:
    """Looks at one candidate in crops of its own: once to centre it, then twice wider and narrower, each mirrored too.

    Box, points and score of the face are the means over the four; a view in which nothing is found scores 0.
    """
    centred = _nearest(pyramid, find, box, ZOOM, mirrored=False)
    if not len(centred) or centred.scores[0] < CENTRED:
        return Faces.none()
    views = [_nearest(pyramid, find, centred.boxes[0], zoom, mirrored) for zoom in ZOOMS for mirrored in (False, True)]
    found = [view for view in views if len(view)]
    score = sum(float(view.scores[0]) for view in found) / len(views)
    if score < CONFIRMED:
        return Faces.none()
    boxes, keypoints = (np.mean([getattr(view, name) for view in found], axis=0) for name in ("boxes", "keypoints"))
    return Faces(boxes, np.array([score]), keypoints)


def _nearest(pyramid: Pyramid, find: Find, box: np.ndarray, zoom: float, mirrored: bool) -> Faces:
    """Finds the face in the middle of a crop around a box: one face, or none."""
    image, scale = pyramid.copy(TILE / (zoom * float((box[2:] - box[:2]).max())))
    box = (box + 0.5) * np.tile(scale, 2) - 0.5
    extent = max(int(round(zoom * float((box[2:] - box[:2]).max()))), 16)
    left, top = np.floor((box[:2] + box[2:]) / 2 - (extent - 1) / 2).astype(int)
    crop = resized(window(image, left, top, extent), TILE, TILE)
    faces = _mirrored(find(crop[:, ::-1])) if mirrored else find(crop)
    away = np.abs((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 - (TILE - 1) / 2).max(axis=1, initial=0)
    middle = np.flatnonzero(away < TILE / zoom * 0.4)
    faces = rows_of(faces, middle[np.argsort(-faces.scores[middle], kind="stable")][:1])
    # First to the copy's scale, then to the crop's place in it and to the photo's scale.
    faces = _moved(faces, np.zeros(2), np.full(2, extent / TILE))
    return _moved(faces, np.array([left, top]), 1 / scale)


def _mirrored(faces: Faces) -> Faces:
    """Takes faces from a mirrored crop back; the subject's left and right points change places."""
    last = TILE - 1
    boxes = faces.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [last, 0, last, 0]
    return Faces(boxes, faces.scores, faces.keypoints[:, [1, 0, 2, 4, 3]] * [-1, 1] + [last, 0])


def _moved(faces: Faces, corner: np.ndarray, scale: np.ndarray) -> Faces:
    """Takes faces from a tile at `corner` (px) of a picture to one that is `scale` times as large (half-pixel rule)."""
    boxes = (faces.boxes + np.tile(corner, 2) + 0.5) * np.tile(scale, 2) - 0.5
    return Faces(boxes, faces.scores, (faces.keypoints + corner + 0.5) * scale - 0.5)


def merged(parts: list[Faces]) -> Faces:
    """Joins the finds of several tiles to one face each, the largest first."""
    faces = joined(parts)
    faces = rows_of(faces, suppress(faces.boxes, faces.scores, OVERLAPPING, NESTED).kept)
    return rows_of(faces, np.argsort(-faces.sizes, kind="stable"))
