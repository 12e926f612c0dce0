"""Tiny-YOLO's boxes: read from cells and anchors, made those of whole faces, averaged over several views."""

import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.tiny_yolo import SCALE, SHIFT, TinyYolo, averaged, carried, decode, tightened
from facerecon.geometry.boxes import iou
from facerecon.networks.tiny_yolo import ANCHORS
from facerecon.samples import SAMPLES, load_sample


@pytest.fixture(scope="module")
def detector():
    with TinyYolo() as made:
        yield made


def test_what_is_encoded_is_read_again():
    """The inverse of the paper's equations, written into one cell of one anchor."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        row, column, anchor = rng.integers(5), rng.integers(5), rng.integers(len(ANCHORS))
        middle = (np.array([column, row]) + rng.uniform(0.05, 0.95, 2)) * 32 - 0.5
        size = rng.uniform(20, 300, 2)
        inside = (middle + 0.5) / 32 - [column, row]
        grids = np.full((1, len(ANCHORS), 5, 5, 5), -9.0)
        grids[0, anchor, :, row, column] = [*np.log(inside / (1 - inside)), *np.log(size / 32 / ANCHORS[anchor]), 2.0]
        boxes, scores = decode(grids)
        assert np.unravel_index(scores.argmax(), scores.shape) == (0, anchor, row, column)
        np.testing.assert_allclose(boxes[0, anchor, row, column], [*(middle - size / 2), *(middle + size / 2)])
        assert scores.max() == pytest.approx(1 / (1 + np.exp(-2)))


def test_tightened_boxes_are_narrower_and_higher_up_but_not_moved_sideways():
    box = np.array([[100.0, 200, 300, 420]])
    face = tightened(box)[0]
    np.testing.assert_allclose(face[2:] - face[:2], [200, 220] * SCALE)
    np.testing.assert_allclose((face[:2] + face[2:]) / 2, [200, 310 + 220 * SHIFT[1]])
    assert SHIFT[0] == 0 and SHIFT[1] < 0 and SCALE[0] < 1


def test_average_is_over_views_of_the_same_face():
    face = Faces(np.array([[0.0, 0, 10, 10]]), np.array([0.2]))
    nearby = Faces(np.array([[1.0, 1, 11, 11], [30, 30, 40, 40]]), np.array([0.6, 0.9]))
    box, score = averaged(face, [nearby, Faces.none()])
    np.testing.assert_allclose(box, [0.75, 0.75, 10.75, 10.75])  # weights 0.2 and 0.6
    assert score == pytest.approx((0.2 + 0.6 + 0) / 3)  # one view does not show it
    alone, score = averaged(face, [])
    assert (alone == face.boxes[0]).all() and score == pytest.approx(0.2)


def test_carried_boxes_keep_their_overlaps():
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 50, (9, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(20, 60, (9, 2))], axis=1)
    moved = carried(boxes, boxes[0], np.array([7.0, -3, 40, 90]))
    np.testing.assert_allclose(moved[0], [7, -3, 40, 90])
    np.testing.assert_allclose(iou(moved, moved), iou(boxes, boxes))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(detector, name):
    faces = detector.detect(load_sample(name))
    assert len(faces) == 1 and faces.scores[0] > detector.sure and faces.keypoints is None


def test_mirrored_photo_gives_mirrored_faces(detector, astronaut, make_photo):
    faces, mirrored = (detector.detect(make_photo(image)) for image in (astronaut, astronaut[:, ::-1]))
    back = mirrored.boxes[0] * [-1, 1, -1, 1] + [511, 0, 511, 0]
    assert np.abs(back[[2, 1, 0, 3]] - faces.boxes[0]).max() < 5


def test_boxes_hardly_depend_on_where_in_a_cell_a_face_lies(detector, astronaut, make_photo):
    boxes = []
    for shift in (0, 7, 13, 22):
        image = np.roll(astronaut, (shift, -shift), axis=(0, 1))
        boxes.append(detector.detect(make_photo(image)).boxes[0] - [-shift, shift, -shift, shift])
    middle = np.mean(boxes, axis=0)
    assert iou(middle[None], np.array(boxes)).min() > 0.85
