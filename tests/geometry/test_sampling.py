import numpy as np
import pytest

from facerecon.geometry.sampling import sample, sample_uv

IMAGE = np.random.default_rng(3).integers(0, 256, (7, 9, 3), np.uint8)


def test_pixel_centres_are_exact():
    y, x = np.mgrid[:7, :9]
    points = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    np.testing.assert_array_equal(sample(IMAGE, points), IMAGE.reshape(-1, 3))
    uv = (points + 0.5) / (9, 7)
    np.testing.assert_array_equal(sample_uv(IMAGE, uv), IMAGE.reshape(-1, 3))
    np.testing.assert_array_equal(sample_uv(IMAGE[..., 0], uv, nearest=True), IMAGE[..., 0].ravel())


def test_linear_between_pixels():
    ramp = np.tile(np.arange(50, dtype=np.float32), (20, 1))
    points = np.random.default_rng(0).uniform((0, 0), (49, 19), (20_000, 2))
    # cv2 mixes with weights of a 32nd.
    np.testing.assert_allclose(sample(ramp, points), points[:, 0], atol=1 / 32)


def test_beyond_the_edge_the_nearest_pixel_counts():
    got = sample(IMAGE, np.array([[-5.0, -5], [100, 3], [4, 100]]))
    np.testing.assert_array_equal(got, [IMAGE[0, 0], IMAGE[3, 8], IMAGE[6, 4]])


@pytest.mark.parametrize("count", [0, 1, 4096, 4097, 140_000])
def test_any_number_of_points(count):
    got = sample(IMAGE, np.full((count, 2), 2.0))
    assert got.shape == (count, 3)
    assert (got == IMAGE[2, 2]).all()
