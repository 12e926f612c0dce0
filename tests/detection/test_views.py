import tracemalloc

import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.views import View, turned_back


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    ("shape", "corner", "extent"),
    [((600, 900), (120.3, 77.7), 300.0), ((600, 900), (-100, -250), 1100.0), ((601, 901), (880, 3.3), 40.0)],
)
def test_view_shows_what_lies_there_and_takes_finds_back(shape, corner, extent, turns, mirrored):
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.stack([x * 255 / 1000, y * 255 / 1000, 0 * x + 200], axis=2).round().astype(np.uint8)
    view = View(Pyramid(image, 64), np.array(corner, dtype=float), extent, 64, turns, mirrored)
    picture = view.image().astype(float)
    assert picture.shape == (64, 64, 3)
    points = np.random.default_rng(0).integers(0, 64, (1, 5, 2)).astype(float)
    for row in range(5):  # each point as a face of its own: no points change places
        (px, py), faces = points[0, row], Faces(np.array([[*points[0, row], *points[0, row]]]), np.ones(1))
        there = view.to_photo(faces).boxes[0]
        assert np.allclose(there[:2], there[2:])
        if 3 < there[0] < shape[1] - 4 and 3 < there[1] < shape[0] - 4 and picture[int(py), int(px), 2] == 200:
            assert np.abs(picture[int(py), int(px), :2] - there[:2] * 255 / 1000).max() < 2 + extent / 300
        moved = view.to_photo(Faces(faces.boxes, faces.scores, points)).keypoints[0]
        assert np.allclose(moved[[1, 0, 2, 4, 3][row] if mirrored else row], there[:2])


def test_mirroring_swaps_left_and_right():
    pyramid = Pyramid(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8), 64)
    plain, mirrored = (View(pyramid, np.zeros(2), 64.0, 64, 0, flag) for flag in (False, True))
    assert (mirrored.image() == plain.image()[:, ::-1]).all()
    face = Faces(np.array([[10.0, 20, 30, 40]]), np.ones(1), np.arange(10.0).reshape(1, 5, 2))
    back = mirrored.to_photo(face)
    assert back.boxes.tolist() == [[33, 20, 53, 40]]
    assert back.keypoints[0].tolist() == [[61, 3], [63, 1], [59, 5], [55, 9], [57, 7]]
    assert plain.to_photo(Faces(face.boxes, face.scores)).keypoints is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 4000)])
def test_extreme_shapes(shape):
    pyramid = Pyramid(np.full((*shape, 3), 7, np.uint8), 64)
    longer = max(shape)
    view = View(pyramid, (pyramid.size - longer) / 2, float(longer), 64)
    picture = view.image()
    assert picture.shape == (64, 64, 3) and (picture < 128).any()
    corners = np.array([[-0.5, -0.5, 63.5, 63.5]])
    there = view.to_photo(Faces(corners, np.ones(1))).boxes[0]
    assert there[2] - there[0] == pytest.approx(there[3] - there[1], rel=0.1) == pytest.approx(longer, rel=0.1)


@pytest.mark.parametrize("shape", [(1, 65535), (65535, 1)])
def test_a_view_of_a_strip_stays_small(shape):
    pyramid = Pyramid(np.full((*shape, 3), 7, np.uint8), 640)
    extent = 2.0 * max(shape)
    view = View(pyramid, (pyramid.size - extent) / 2, extent, 640)
    tracemalloc.start()
    picture = view.image()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert picture.shape == (640, 640, 3) and (picture < 128).any() and peak < 32e6


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_turned_back_undoes_rot90(turns):
    rng = np.random.default_rng(turns)
    y, x = np.unravel_index(rng.choice(37 * 37, 5, replace=False), (37, 37))
    picture = np.zeros((37, 37), int)
    picture[y, x] = np.arange(1, 6)
    turned = np.rot90(picture, turns)
    points = np.array([np.argwhere(turned == k)[0][::-1] for k in range(1, 6)], dtype=float)
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    back = turned_back(Faces(box[None], np.ones(1), points[None]), turns, 37)
    assert (back.keypoints[0] == np.stack([x, y], axis=1)).all()
    assert (back.boxes[0] == [x.min(), y.min(), x.max(), y.max()]).all()
    assert turned_back(Faces(box[None], np.ones(1)), turns, 37).keypoints is None
