import numpy as np
import pytest

from facerecon.detection.pyramid import Pyramid, resized, window


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
