"""Tiny-YOLOv2 (Redmon and Farhadi 2017, arXiv:1612.08242): a grid of cells, five anchors in each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.assets import locate
from facerecon.core.types import Faces
from facerecon.detection.network_detector import FLOOR, NetworkDetector
from facerecon.detection.nms import suppress
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import Search
from facerecon.detection.selection import NESTED, joined, rows_of
from facerecon.detection.tiling import Looking
from facerecon.detection.views import View
from facerecon.geometry.boxes import iou
from facerecon.networks.pixels import as_pixels
from facerecon.networks.tiny_yolo import ANCHORS, STRIDE
from facerecon.networks.tiny_yolo import TinyYolo as Network
from facerecon.networks.weights.face_api import read_face_api

SHIFT, SCALE = np.array([0.0, -0.089]), np.array([0.801, 1.06])
"""From the network's boxes, which bound 68 landmarks loosely, to boxes of whole faces: how far the middle moves, in
widths and heights, and what these are multiplied by. Measured by `scripts/tiny_yolo_boxes.py`."""
AGAIN = 0.15
"""Score that a candidate needs to be looked at again."""
CLEAR = 0.6
"""Score from afar of what needs no search for smaller faces, or for a part beyond the photo's border."""
LOOKS = ((4.2, False), (4.2, True), (2.8, False), (2.8, True))
"""Views from near: their sides over the face's size, and whether they are mirrored."""
SAME = 0.4
"""Intersection over union from which on boxes of two views show the same face."""


class TinyYolo(NetworkDetector):
    """Finds faces with face-api's Tiny-YOLO: boxes and scores, no points.

    Cells of 32 px are coarse: boxes and scores depend on where in a cell a face lies. So every candidate is looked at
    again from near, mirrored too, and what all views say is averaged; that also refuses what is no face.
    """

    name = "tiny-yolo"
    family = "YOLO"
    assets = ("tiny_yolo_face", "tiny_yolo_face_manifest")
    threshold = 0.3
    overlap = 0.4
    side = 416
    smallest = 32.0
    sure = 0.6

    def load(self) -> Network:
        """Builds the network with face-api's weights."""
        return Network.from_face_api(read_face_api(*map(locate, self.assets)))

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return cls.candidates, decode

    def candidates(self, views: np.ndarray) -> list[Faces]:
        """Finds every box above `FLOOR` in views `(B, S, S, 3)` RGB uint8."""
        boxes, scores = decode(self.network(as_pixels(views, self.device)).cpu().double().numpy())
        above = scores > FLOOR
        return [Faces(tightened(boxes[view][rows]), scores[view][rows]) for view, rows in enumerate(above)]

    def _search(self, pyramid: Pyramid, search: Search, turns: int) -> Looking:
        """Searches a photo, then looks at each candidate again from near; see `averaged`."""
        faces = yield from super()._search(pyramid, search, turns)
        suppressor = suppress(faces.boxes, faces.scores, self.overlap, NESTED).suppressor
        best = np.flatnonzero((suppressor < 0) & (faces.scores >= AGAIN))
        views = [_near(pyramid, faces.boxes[row], *one, self.side, turns) for row in best for one in LOOKS]
        seen = (yield views) if views else []
        boxes, scores = np.array(faces.boxes), np.array(faces.scores)
        for index, row in enumerate(best):
            box, score = averaged(rows_of(faces, [row]), seen[index * len(LOOKS) : (index + 1) * len(LOOKS)])
            # What it suppresses changes along with it, so that it suppresses the same.
            mine = np.append(np.flatnonzero(suppressor == row), row)
            boxes[mine] = carried(faces.boxes[mine], faces.boxes[row], box)
            scores[mine] = faces.scores[mine] * score / faces.scores[row]
        return Faces(boxes, scores)

    def _sufficient(self, faces: Faces) -> Faces:
        return rows_of(faces, np.flatnonzero(faces.scores >= CLEAR))


def decode(grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reads the boxes of every anchor in every cell (YOLOv2, section 2, direct location prediction).

    Args:
        grids: `(B, A, 5, G, G)` from the network.

    Returns:
        Boxes `(B, A, G, G, 4)`, px of the view, as the network draws them; scores `(B, A, G, G)`.
    """
    rows, columns = np.mgrid[: grids.shape[3], : grids.shape[4]]
    x, y, width, height, score = np.moveaxis(grids, 2, 0)
    middle = np.stack([columns + _sigmoid(x), rows + _sigmoid(y)], axis=-1) * STRIDE
    size = np.exp(np.stack([width, height], axis=-1)) * np.array(ANCHORS)[:, None, None] * STRIDE
    # A cell's corner lies on the edge between px; ours count from the first one's middle.
    return np.concatenate([middle - size / 2, middle + size / 2], axis=-1) - 0.5, _sigmoid(score)


def tightened(boxes: np.ndarray) -> np.ndarray:
    """Makes boxes of whole faces `(F, 4)` of the network's `(F, 4)`."""
    size = boxes[:, 2:] - boxes[:, :2]
    middle, size = (boxes[:, :2] + boxes[:, 2:]) / 2 + size * SHIFT, size * SCALE
    return np.concatenate([middle - size / 2, middle + size / 2], axis=1)


def averaged(face: Faces, seen: list[Faces]) -> tuple[np.ndarray, float]:
    """Averages what several views say of a face.

    Args:
        face: one, as it was found.
        seen: what other views show, px of the same photo.

    Returns:
        `(4,)` mean of all boxes that show this face, weighted by score (Solovyev et al. 2021, weighted boxes fusion),
        and the mean over the views of the best score of these; a view that does not show the face scores 0.
    """
    same = [rows_of(one, np.flatnonzero(iou(face.boxes, one.boxes)[0] >= SAME)) for one in (face, *seen)]
    every = joined(same)
    score = np.mean([one.scores.max(initial=0) for one in same])
    return np.average(every.boxes, axis=0, weights=every.scores), float(score)


def carried(boxes: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Moves and stretches boxes `(F, 4)` as `source (4,)` becomes `target (4,)`; their overlaps stay as they are."""
    scale = (target[2:] - target[:2]) / (source[2:] - source[:2])
    return (boxes - np.tile(source[:2], 2)) * np.tile(scale, 2) + np.tile(target[:2], 2)


def _near(pyramid: Pyramid, box: np.ndarray, zoom: float, mirrored: bool, side: int, turns: int) -> View:
    """Gives the view around a box (px of the photo) that is `zoom` times as large as the face."""
    extent = zoom * float(np.sqrt((box[2:] - box[:2]).prod()))
    return View(pyramid, (box[:2] + box[2:]) / 2 + 0.5 - extent / 2, extent, side, turns, mirrored)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))
