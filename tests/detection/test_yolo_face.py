"""YOLO-face reads boxes and points as its public file does; a network that says what it is told stands in for it."""

import numpy as np
import pytest
import torch
from scipy.special import softmax

from facerecon.assets import find
from facerecon.detection.yolo_face import YoloFace, cells, decode
from facerecon.networks.yolo_face import BINS, STRIDES, Prediction

SIDE = YoloFace.side


def test_cells_are_in_the_order_of_levels_and_rows():
    centres, strides = cells(64, 96)
    assert len(centres) == len(strides) == sum((64 // s) * (96 // s) for s in STRIDES)
    first = centres[strides == 8]
    assert first[0].tolist() == [0.5, 0.5] and first[1].tolist() == [1.5, 0.5] and first[12].tolist() == [0.5, 1.5]
    assert (centres * strides[:, None]).max(axis=0).tolist() == [96 - 4, 64 - 4]


def test_equals_the_public_formula():
    """`dist2bbox` and the pose head, written down for one cell at a time; px from the picture's corner."""
    rng = np.random.default_rng(0)
    sides, points = rng.normal(0, 3, (7, 4, BINS)), rng.normal(0, 1, (7, 5, 2))
    centres, strides = rng.integers(0, 20, (7, 2)) + 0.5, rng.choice(STRIDES, 7).astype(float)
    boxes, marks = decode(sides, points, centres, strides)
    for row in range(7):
        left, top, right, bottom = softmax(sides[row], axis=1) @ np.arange(16)
        x, y = centres[row]
        expected = np.array([x - left, y - top, x + right, y + bottom]) * strides[row]
        np.testing.assert_allclose(boxes[row] + 0.5, expected)
        np.testing.assert_allclose(marks[row] + 0.5, (points[row] * 2 + (centres[row] - 0.5)) * strides[row])


class Told(torch.nn.Module):
    """Says that there is one face: this box, these points, px of the view."""

    def __init__(self, box, marks):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.box, self.marks = box, marks

    def forward(self, pixels):
        centres, strides = cells(*pixels.shape[2:])
        middle = (self.box[:2] + self.box[2:]) / 2 + 0.5
        away = np.abs(centres * strides[:, None] - middle).max(axis=1) + 1e3 * (strides != 32)
        cell = away.argmin()
        logits = torch.full((len(pixels), len(centres)), -9.0)
        logits[:, cell] = 4
        near = (self.box + 0.5) / 32
        distances = np.concatenate([centres[cell] - near[:2], near[2:] - centres[cell]])
        sides = torch.full((len(pixels), len(centres), 4, BINS), -50.0)
        for side, distance in enumerate(distances):  # between two whole numbers, as the focal loss teaches
            low = int(distance)
            sides[:, cell, side, low] = float(np.log(low + 1 - distance))
            sides[:, cell, side, low + 1] = float(np.log(distance - low))
        points = torch.zeros(len(pixels), len(centres), 5, 2)
        points[:, cell] = torch.from_numpy(((self.marks + 0.5) / 32 - centres[cell] + 0.5) / 2).float()
        return Prediction(logits, sides, points)


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (2 * SIDE, SIDE // 2), (300, 411)])
def test_finds_what_the_network_says(make_photo, monkeypatch, shape):
    box = np.array([203.4, 251.7, 402.2, 463.3])
    marks = np.array([[250, 320], [340, 310], [301, 370], [260, 420], [330, 415]]) + 0.3
    monkeypatch.setattr(YoloFace, "load", lambda self: Told(box, marks))
    with YoloFace() as detector:
        faces = detector.detect(make_photo(np.zeros((*shape, 3), np.uint8)))
    scale, (height, width) = max(shape) / SIDE, shape
    corner = (np.array([width, height]) - max(shape)) / 2  # the view is centred on the photo
    assert len(faces) == 1 and faces.scores[0] == pytest.approx(1 / (1 + np.exp(-4)))
    place = lambda xy: (xy + 0.5) * scale + corner - 0.5  # noqa: E731
    np.testing.assert_allclose(faces.boxes[0], place(box.reshape(2, 2)).ravel(), atol=1.5)
    np.testing.assert_allclose(faces.keypoints[0], place(marks), atol=1.5)


def test_weights_are_fetched_only_when_asked_for_and_their_licence_is_told():
    (asset,) = map(find, YoloFace.assets)
    assert not asset.default and "AGPL-3.0" in asset.licence
