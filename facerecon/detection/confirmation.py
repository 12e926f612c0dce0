"""Finds faces of any size with a detector that only knows faces of some sizes, and is easily fooled: look closer.

A detector with a small input (128 px for BlazeFace) is sure of faces between about 0.13 and 0.7 of its picture's side.
So it is shown the photo in a frame twice its size (faces that fill the picture or reach beyond it), the whole photo,
and overlapping tiles of about half the side, a quarter …
Every candidate is looked at again, in the middle of a crop of its own: that refuses what only looked like a face from
afar, makes boxes accurate, and brings the finds of several tiles to the same box, which are then merged.
"""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.nms import suppress
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import EVERY_SIZE, Search
from facerecon.detection.selection import NESTED, joined, rows_of
from facerecon.detection.tiling import Looking, ends, finest_side, tile_sides, tiles
from facerecon.detection.views import View
from facerecon.geometry.boxes import iou

TILE = 256
"""px of the pictures that the detector is shown."""
SMALLEST = 51
"""px of them: a face has a fifth of the side."""
FINEST = 200
"""px of the photo: side of the smallest tile, where no size is asked for."""
OVERLAP = 1 / 3
"""Of a tile's side: a face up to this size is whole in at least one tile."""
CANDIDATE, CENTRED, CONFIRMED = 0.3, 0.5, 0.69
"""Scores that a face needs from afar, once centred, and as the mean of its own crops."""
SAME = 0.3
"""Intersection over union above which two finds are one face."""
ZOOM = 2.6
"""Side of a candidate's own crop over its box, to centre it."""
ZOOMS = (1.8, 3.6)
"""The same, to confirm it."""
SURE, TURNED = 0.86, 0.75
"""Scores of a face that shows which way is up, and that a face in a turned photo needs."""
DEEPEST = 1
"""Levels of tiles before a portrait ends the search, and in a turned photo: small faces are searched upright only."""


def confirmed_faces(pyramid: Pyramid, search: Search = EVERY_SIZE, turns: int = 0) -> Looking:
    """Finds faces of every size.

    Args:
        pyramid: the photo.
        search: how deep to go.
        turns: by how many quarters the photo is turned; if it is, small faces are not worth the time.

    Returns:
        One candidate a face, with the score that its own crops gave it, refused ones (below `CONFIRMED`) too; then the
        finds from afar around the confirmed faces, none with a better score than its face.
    """
    longer = float(pyramid.size.max())
    sides = tile_sides(longer, finest_side(search, TILE, SMALLEST, FINEST))
    faces, refused, finds = Faces.none(), [], []
    # The first square, twice the photo's size, frames faces that fill the picture; the second is the photo.
    for level, side in enumerate([2 * longer, *sides]):
        if level > 1 + DEEPEST and (turns or ends(faces, search, longer)):
            break
        finds.append(joined((yield tiles(pyramid, side, TILE, OVERLAP, turns))))
        looked = [faces]
        for box in merged(finds[-1]).boxes:
            if not len(faces) or iou(box[None], faces.boxes).max() < 0.5:
                looked.append((yield from _looked_closer(pyramid, box, turns)))
        every = joined(looked)
        faces = merged(rows_of(every, np.flatnonzero(every.scores >= CONFIRMED)))
        refused.append(rows_of(every, np.flatnonzero(every.scores < CONFIRMED)))
    return joined([faces, *refused, *(around(find, faces) for find in finds)])


def around(finds: Faces, faces: Faces) -> Faces:
    """Chooses the finds around confirmed faces, with no better a score than the face's."""
    if not len(finds) or not len(faces):
        return Faces.none()
    overlap = iou(finds.boxes, faces.boxes)
    scores = np.minimum(finds.scores, faces.scores[overlap.argmax(axis=1)])
    return rows_of(Faces(finds.boxes, scores, finds.keypoints), np.flatnonzero(overlap.max(axis=1) > SAME))


def merged(faces: Faces) -> Faces:
    """Makes one of the finds of each face, the largest first."""
    faces = rows_of(faces, suppress(faces.boxes, faces.scores, SAME, NESTED).kept)
    return rows_of(faces, np.argsort(-faces.sizes, kind="stable"))


def _looked_closer(pyramid: Pyramid, box: np.ndarray, turns: int) -> Looking:
    """Looks at one candidate in crops of its own: once to centre it, then twice wider and narrower, each mirrored too.

    Box, points and score of the face are the means over the four; a view in which nothing is found scores 0.
    """
    view = _around(pyramid, box, ZOOM, turns)
    centre = _middle((yield [view])[0], view, ZOOM)
    if not len(centre) or centre.scores[0] < CENTRED:
        return Faces.none()
    zooms = [(zoom, mirrored) for zoom in ZOOMS for mirrored in (False, True)]
    views = [_around(pyramid, centre.boxes[0], zoom, turns, mirrored) for zoom, mirrored in zooms]
    seen = yield views
    found = joined([_middle(faces, view, zoom) for faces, view, (zoom, _) in zip(seen, views, zooms, strict=True)])
    if not len(found):
        return Faces.none()
    boxes, keypoints = found.boxes.mean(axis=0), found.keypoints.mean(axis=0)
    return Faces(boxes[None], found.scores.sum(keepdims=True) / len(views), keypoints[None])


def _around(pyramid: Pyramid, box: np.ndarray, zoom: float, turns: int, mirrored: bool = False) -> View:
    """Gives the view that is `zoom` times as large as a box (px of the photo), around its middle."""
    extent = zoom * float((box[2:] - box[:2]).max())
    return View(pyramid, (box[:2] + box[2:]) / 2 + 0.5 - extent / 2, extent, TILE, turns, mirrored)


def _middle(faces: Faces, view: View, zoom: float) -> Faces:
    """Chooses the best face near the middle of such a view: one face, or none."""
    away = np.abs((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 + 0.5 - view.corner - view.extent / 2)
    near = np.flatnonzero(away.max(axis=1, initial=0) < view.extent / zoom * 0.4)
    return rows_of(faces, near[np.argsort(-faces.scores[near], kind="stable")][:1])
