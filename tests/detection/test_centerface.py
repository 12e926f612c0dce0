"""What CenterFace finds, beyond what is asked of every detector."""

import cv2
import numpy as np
import pytest

from facerecon.detection.centerface import CenterFace
from facerecon.geometry.boxes import iou
from facerecon.samples import SAMPLES, load_sample

SIDE = CenterFace.side


@pytest.fixture(scope="module")
def centerface():
    with CenterFace() as detector:
        yield detector


def best(faces):
    row = faces.scores.argmax()
    return faces.scores[row], faces.boxes[row], faces.keypoints[row]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(centerface, name):
    faces = centerface.detect(load_sample(name))
    assert len(faces) == 1 and faces.scores[0] >= CenterFace.sure  # no turned photo needs to be looked at


def test_mirrored_views_show_mirrored_faces(centerface, astronaut):
    """Left and right have the same rights: a convention that is half a pixel of the map off would show as 2 px."""
    moves = [np.array([[0.8, 0, shift - 60], [0, 0.8, shift]]) for shift in range(0, 24, 3)]
    views = np.stack([cv2.warpAffine(astronaut, move, (256, 256)) for move in moves])
    found = [map(best, centerface.candidates(some)) for some in (views, views[:, :, ::-1].copy())]
    middles = []
    for (_, box, points), (_, mirrored, others) in zip(*found, strict=True):
        middles.append(np.append((box + mirrored)[[0, 2]].mean(), (points + others[[1, 0, 2, 4, 3]])[:, 0]) / 2)
    assert np.abs(np.mean(middles, axis=0) - 255 / 2).max() < 1


@pytest.mark.parametrize("size", [14, 20, 60, 200, 450])
def test_sizes_in_one_view(centerface, astronaut, size):
    scale = size / 102
    view = np.full((SIDE, SIDE, 3), 128, np.uint8)
    small = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    middle = (np.array([225, 124]) + 0.5) * scale - 0.5
    left, top = (np.array([SIDE, SIDE]) / 2 - middle).round().astype(int)
    move = np.array([[1, 0, left], [0, 1, top]], float)
    view = cv2.warpAffine(small, move, (SIDE, SIDE), borderValue=(128, 128, 128))
    score, box, _ = best(centerface.candidates(view[None])[0])
    expected = np.array([-51, -62, 51, 52]) * scale + np.tile(middle + [left, top], 2)
    assert score > CenterFace.threshold and iou(box[None], expected[None])[0, 0] > 0.6
