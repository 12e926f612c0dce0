"""Faces as points: what is written into the maps is what is read out of them."""

import itertools

import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.heat_map import decode, encode, gaussian_radius, peaks
from facerecon.geometry.boxes import iou


def faces_apart(rng, count=12):
    """Makes faces of many sizes in a picture of 512 × 640 whose middles lie some pixels of the map apart."""
    cells = rng.permutation(20)[:count]
    middles = np.stack([cells % 5, cells // 5], axis=1) * 128 + rng.uniform(30, 98, (count, 2))
    size = np.exp(rng.uniform(np.log(8), np.log(120), (count, 2)))
    boxes = np.concatenate([middles - size / 2, middles + size / 2], axis=1)
    points = middles[:, None] + rng.uniform(-0.6, 0.6, (count, 5, 2)) * size[:, None]
    return Faces(boxes, np.ones(count), points)


def test_decoding_undoes_encoding(rng):
    faces = faces_apart(rng)
    maps = encode(faces, 512, 640)
    assert [part.shape for part in maps] == [(1, 128, 160), (2, 128, 160), (2, 128, 160), (10, 128, 160)]
    rows, columns = peaks(maps.heat[0], 0.999)
    read = decode(maps, rows, columns)
    assert len(read) == len(faces) and (read.scores == 1).all()
    order = [np.abs(read.boxes - box).sum(axis=1).argmin() for box in faces.boxes]
    np.testing.assert_allclose(read.boxes[order], faces.boxes, atol=1e-9)
    np.testing.assert_allclose(read.keypoints[order], faces.keypoints, atol=1e-9)
    assert np.abs(maps.offset).max() <= 0.5


def test_a_peak_is_the_pixel_of_the_map_that_holds_the_middle():
    # Pixels 8 to 11 of the picture, from edge to edge 7.5 to 11.5, are pixel 2 of the map.
    for middle, column in ((7.6, 2), (9.5, 2), (11.4, 2), (11.6, 3)):
        box = np.array([[middle - 10, 0, middle + 10, 20]])
        rows, columns = peaks(encode(Faces(box, np.ones(1)), 32, 32).heat[0], 0.999)
        assert columns.tolist() == [column] and rows.tolist() == [2]


@pytest.mark.parametrize("overlap", [0.5, 0.7, 0.9])
def test_corners_within_the_radius_keep_the_overlap(rng, overlap):
    size = np.exp(rng.uniform(np.log(2), np.log(600), (200, 2)))
    radius = gaussian_radius(size, overlap)
    boxes = np.concatenate([np.zeros_like(size), size], axis=1)
    worst = np.ones(len(size))
    for signs in itertools.product((-1, 1), repeat=4):
        moved = boxes + np.array(signs) * radius[:, None]
        worst = np.minimum(worst, np.diag(iou(moved, boxes)))
    np.testing.assert_allclose(worst, overlap, atol=1e-9)  # the worst corners meet it, no corners fall below
    for moved in boxes + rng.uniform(-1, 1, (50, 200, 4)) * radius[:, None]:
        assert np.diag(iou(moved, boxes)).min() >= overlap


def test_heat_falls_off_as_a_gaussian_and_the_larger_counts():
    one, two = np.array([[10.0, 10, 90, 110]]), np.array([[40.0, 10, 120, 110]])
    alone = [encode(Faces(box, np.ones(1)), 128, 128).heat for box in (one, two)]
    both = encode(Faces(np.vstack([one, two]), np.ones(2)), 128, 128).heat
    assert (both == np.maximum(*alone)).all()
    radius = gaussian_radius(np.array([[20.0, 25]]))[0]
    assert alone[0][0, 15, 12] == 1
    assert alone[0][0, 15, 14] == pytest.approx(np.exp(-(2**2) / (2 * (radius / 3) ** 2)))


def test_the_smaller_face_stays_where_two_share_a_pixel():
    boxes = np.array([[30.0, 30, 34, 34], [0.0, 0, 64, 64]])
    for order in ([0, 1], [1, 0]):
        maps = encode(Faces(boxes[order], np.ones(2)), 64, 64)
        read = decode(maps, *peaks(maps.heat[0], 0.999))
        np.testing.assert_allclose(read.boxes, boxes[:1], atol=1e-9)


def test_peaks_are_no_less_than_their_neighbours(rng):
    heat = rng.uniform(0, 1, (40, 50))
    rows, columns = peaks(heat, 0.3)
    found = np.zeros(heat.shape, bool)
    found[rows, columns] = True
    for row, column in np.ndindex(heat.shape):
        near = heat[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        assert found[row, column] == (heat[row, column] > 0.3 and heat[row, column] == near.max())


def test_no_faces():
    maps = encode(Faces.none(), 64, 96)
    assert not any(part.any() for part in maps)
    assert len(decode(maps, *peaks(maps.heat[0], 0.1))) == 0
