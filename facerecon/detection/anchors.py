"""Anchors of RetinaFace: fixed boxes all over a picture, of which the network tells how far a face is off.

A box is coded by its middle's offset in units of the anchor's size and by the logarithm of its relative size, both
divided by fixed variances (Ren et al. 2015, equation 2; SSD, Liu et al. 2016, section 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from facerecon.core.types import Faces
from facerecon.geometry.boxes import iou
from facerecon.networks.losses import Targets
from facerecon.networks.retinaface import STRIDES, VARIANCES

SIDES = ((16, 32), (64, 128), (256, 512))
"""px: the two anchors in every cell of P3, P4, P5."""
BACKGROUND, IGNORED = -1, -2
"""What `assign` says of anchors that have no face."""
LEAST = 0.2
"""IoU of a face with its best anchor below which nothing can be learnt from it."""


def anchors(height: int, width: int) -> np.ndarray:
    """Lays the anchors over a picture, in the order of the network's answers.

    Returns:
        `(A, 4)` x0 y0 x1 y1 px: P3's first, row by row, those of one cell side by side.
    """
    return np.concatenate([_level(height, width, *level) for level in zip(STRIDES, SIDES, strict=True)])


def encode_boxes(boxes: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Codes boxes `(A, 4)` px, one an anchor, as offsets `(A, 4)`: x, y of the middle, logarithm of width, height."""
    middle, size = _middles(boxes), _sizes(boxes)
    offsets = (middle - _middles(anchors)) / (VARIANCES[0] * _sizes(anchors))
    return np.concatenate([offsets, np.log(size / _sizes(anchors)) / VARIANCES[1]], axis=1)


def decode_boxes(offsets: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Undoes `encode_boxes`: offsets `(A, 4)` → boxes `(A, 4)` px."""
    middle = _middles(anchors) + VARIANCES[0] * _sizes(anchors) * offsets[:, :2]
    half = _sizes(anchors) * np.exp(VARIANCES[1] * offsets[:, 2:]) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def encode_points(points: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Codes points `(A, 5, 2)` px, five an anchor, as offsets `(A, 5, 2)`."""
    return (points - _middles(anchors)[:, None]) / (VARIANCES[0] * _sizes(anchors)[:, None])


def decode_points(offsets: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Undoes `encode_points`: offsets `(A, 5, 2)` → points `(A, 5, 2)` px."""
    return _middles(anchors)[:, None] + VARIANCES[0] * _sizes(anchors)[:, None] * offsets


def assign(anchors: np.ndarray, boxes: np.ndarray, positive: float = 0.5, negative: float = 0.3) -> np.ndarray:
    """Tells which face each anchor has to find (Deng et al. 2020, section 4.2).

    An anchor gets the face with which its IoU is largest, and every face its best anchor, however little they overlap
    above `LEAST`; where two faces want the same anchor, the better one gets it.

    Args:
        anchors: `(A, 4)` px.
        boxes: `(F, 4)` px, the true faces.
        positive: IoU from which an anchor has a face.
        negative: IoU below which it has none; what lies between is ignored. RetinaNet has 0.5 and 0.4.

    Returns:
        `(A,)` row of `boxes`, `BACKGROUND` or `IGNORED`.
    """
    if not len(boxes):
        return np.full(len(anchors), BACKGROUND)
    overlap = iou(anchors, boxes)
    best = overlap.max(axis=1)
    assigned = np.where(best >= positive, overlap.argmax(axis=1), np.where(best < negative, BACKGROUND, IGNORED))
    for face in np.argsort(overlap.max(axis=0), kind="stable"):
        anchor = overlap[:, face].argmax()
        if overlap[anchor, face] >= LEAST:
            assigned[anchor] = face
    return assigned


def targets(anchors: np.ndarray, truth: Sequence[Faces], positive: float = 0.5, negative: float = 0.3) -> Targets:
    """Codes what the network should answer for a batch of pictures.

    Args:
        anchors: `(A, 4)` px.
        truth: the faces of each picture; points that nobody knows are NaN.
        positive: as for `assign`.
        negative: as for `assign`.
    """
    rows = [_target(anchors, faces, assign(anchors, faces.boxes, positive, negative)) for faces in truth]
    return Targets(*(torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)))


def _target(anchors: np.ndarray, faces: Faces, assigned: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes one picture: labels `(A,)`, boxes `(A, 4)`, points `(A, 5, 2)`; NaN where there is nothing to learn."""
    labels = np.where(assigned >= 0, 1, np.where(assigned == IGNORED, -1, 0))
    boxes = np.full((len(anchors), 4), np.nan, np.float32)
    points = np.full((len(anchors), 5, 2), np.nan, np.float32)
    found = np.flatnonzero(assigned >= 0)
    boxes[found] = encode_boxes(faces.boxes[assigned[found]], anchors[found])
    if faces.keypoints is not None:
        points[found] = encode_points(faces.keypoints[assigned[found]], anchors[found])
    return labels, boxes, points


def _level(height: int, width: int, stride: int, sides: tuple[int, ...]) -> np.ndarray:
    """Lays out one level: every cell's middle is every anchor's middle."""
    rows, columns = -(-height // stride), -(-width // stride)
    y, x, side = np.meshgrid(np.arange(rows), np.arange(columns), sides, indexing="ij")
    # The first cell covers pixels 0 to stride − 1; pixel centres are whole numbers.
    middle = (np.stack([x, y], axis=-1) + 0.5) * stride - 0.5
    half = side[..., None] / 2
    return np.concatenate([middle - half, middle + half], axis=-1).reshape(-1, 4)


def _middles(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _sizes(boxes: np.ndarray) -> np.ndarray:
    return boxes[:, 2:] - boxes[:, :2]
