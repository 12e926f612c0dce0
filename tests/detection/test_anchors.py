import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.anchors import (
    BACKGROUND,
    IGNORED,
    anchors,
    assign,
    decode_boxes,
    decode_points,
    encode_boxes,
    encode_points,
    targets,
)
from facerecon.geometry.boxes import iou


def random_boxes(rng, count, extent=300):
    corner = rng.uniform(0, extent, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(5, 200, (count, 2))], axis=1)


def test_anchors_equal_a_plain_loop():
    expected = []
    for stride, sides in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        for top in range(0, 50, stride):
            for left in range(0, 70, stride):
                middle = np.array([left, top]) + (stride - 1) / 2
                expected += [np.concatenate([middle - side / 2, middle + side / 2]) for side in sides]
    assert np.array_equal(anchors(50, 70), expected)


def test_decoding_undoes_encoding(rng):
    laid, boxes, points = random_boxes(rng, 50), random_boxes(rng, 50), rng.uniform(0, 300, (50, 5, 2))
    assert np.allclose(decode_boxes(encode_boxes(boxes, laid), laid), boxes)
    assert np.allclose(decode_points(encode_points(points, laid), laid), points)
    offsets = rng.standard_normal((50, 4))
    assert np.allclose(encode_boxes(decode_boxes(offsets, laid), laid), offsets)
    assert np.allclose(encode_boxes(laid, laid), 0)


def test_offsets_do_not_depend_on_place_and_scale(rng):
    laid, boxes, points = random_boxes(rng, 20), random_boxes(rng, 20), rng.uniform(0, 300, (20, 5, 2))
    moved = np.tile([31.0, -7.0], 2)
    assert np.allclose(encode_boxes(3 * boxes + moved, 3 * laid + moved), encode_boxes(boxes, laid))
    assert np.allclose(encode_points(3 * points + moved[:2], 3 * laid + moved), encode_points(points, laid))


def test_assignment_by_the_definition(rng):
    laid, boxes = anchors(160, 160), random_boxes(rng, 6, 100)
    overlap, assigned = iou(laid, boxes), assign(laid, boxes, positive=0.5, negative=0.3)
    forced = set(overlap.argmax(axis=0).tolist())
    for row, face in enumerate(assigned):
        best = overlap[row].max()
        if row in forced and face >= 0:
            assert overlap[row, face] == overlap[:, face].max() or best >= 0.5
        elif best >= 0.5:
            assert face == overlap[row].argmax()
        else:
            assert face == (BACKGROUND if best < 0.3 else IGNORED)
    reachable = np.flatnonzero(overlap.max(axis=0) >= 0.2)
    assert len(reachable) >= 4 and set(reachable) <= set(assigned)


def test_the_better_face_gets_an_anchor_that_two_want():
    laid = np.array([[0.0, 0, 10, 10], [100, 100, 110, 110]])
    close, closer = [0.0, 0, 10, 14], [0.0, 0, 10, 11]
    assert assign(laid, np.array([close, closer]))[0] == 1
    assert assign(laid, np.array([closer, close]))[0] == 0


def test_a_face_that_no_anchor_meets_is_left_out():
    assert (assign(anchors(64, 64), np.array([[30.0, 30, 32, 32]])) == BACKGROUND).all()
    assert (assign(anchors(64, 64), np.zeros((0, 4))) == BACKGROUND).all()


@pytest.mark.parametrize("with_points", [True, False])
def test_targets_decode_to_the_faces(rng, with_points):
    laid, boxes = anchors(128, 192), np.array([[10.0, 20, 40, 55], [90, 30, 150, 100]])
    points = rng.uniform(boxes[:, None, :2], boxes[:, None, 2:], (2, 5, 2))
    points[1, 3] = np.nan
    made = targets(laid, [Faces(boxes, np.ones(2), points if with_points else None), Faces.none()])
    assigned = assign(laid, boxes)
    labels, coded_boxes, coded_points = (tensor.numpy() for tensor in made)
    assert (labels[1] == 0).all()
    assert ((labels[0] == 1) == (assigned >= 0)).all() and ((labels[0] == -1) == (assigned == IGNORED)).all()
    found = labels[0] == 1
    assert np.allclose(decode_boxes(coded_boxes[0][found], laid[found]), boxes[assigned[found]], atol=1e-3)
    decoded = decode_points(coded_points[0][found], laid[found])
    expected = points[assigned[found]] if with_points else np.full_like(decoded, np.nan)
    assert np.allclose(decoded, expected, atol=1e-3, equal_nan=True)
