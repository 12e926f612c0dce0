import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.pyramid import Pyramid, View, resized, window


def test_copies_are_large_enough_and_as_small_as_may_be():
    image = np.random.default_rng(0).integers(0, 255, (1001, 1500, 3), dtype=np.uint8)
    pyramid = Pyramid(image, 100)
    for scale in (2.0, 1.0, 0.9, 0.5, 0.3, 0.25, 0.1, 0.01):
        copy, true = pyramid.copy(scale)
        assert np.allclose(true, [copy.shape[1] / 1500, copy.shape[0] / 1001])
        assert max(copy.shape) >= 100 - 1 and (true.min() >= 0.98 * scale or copy is image)
        assert true.max() < 2 * scale or max(copy.shape) < 200
    assert pyramid.copy(1.0)[0] is image and pyramid.copy(0.3)[0] is pyramid.copy(0.4)[0]


def test_copies_keep_means_and_places():
    ramp = np.repeat(np.linspace(0, 255, 1024).round().astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    copy, scale = Pyramid(ramp, 16).copy(0.125)
    x = np.arange(copy.shape[1])
    there = (x + 0.5) / scale[0] - 0.5  # the half-pixel rule
    assert np.abs(copy[0, :, 0] - there * 255 / 1023).max() < 1.5


def test_window_is_grey_outside():
    image = np.random.default_rng(1).integers(0, 100, (20, 30, 3), dtype=np.uint8)
    for left, top, width, height in (
        (-5, -5, 40, 40),
        (3, 2, 10, 7),
        (25, 15, 10, 10),
        (100, 100, 8, 3),
        (-20, 3, 8, 8),
    ):
        cut = window(image, left, top, width, height)
        assert cut.shape == (height, width, 3)
        for row in range(0, height, 3):
            for column in range(0, width, 3):
                y, x = top + row, left + column
                inside = 0 <= y < 20 and 0 <= x < 30
                assert (cut[row, column] == (image[y, x] if inside else 128)).all()


@pytest.mark.parametrize("size", [(10, 10), (300, 300)])
def test_resized(size):
    assert resized(np.full((100, 100, 3), 77, np.uint8), *size).shape == (*size, 3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    ("shape", "corner", "extent"),
    [((600, 900), (120.3, 77.7), 300.0), ((600, 900), (-100, -250), 1100.0), ((601, 901), (880, 3.3), 40.0)],
)
def test_view_shows_what_lies_there_and_takes_finds_back(shape, corner, extent, mirrored):
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.stack([x * 255 / 1000, y * 255 / 1000, 0 * x + 200], axis=2).round().astype(np.uint8)
    view = View(Pyramid(image, 64), np.array(corner, dtype=float), extent, 64, mirrored)
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
    plain, mirrored = (View(pyramid, np.zeros(2), 64.0, 64, flag) for flag in (False, True))
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
