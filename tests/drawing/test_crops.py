import numpy as np
import pytest

from facerecon.drawing.crops import crop, thumbnail


@pytest.fixture
def dotted():
    """Black with one white block of 5 by 5 pixels around (120, 70)."""
    image = np.zeros((200, 240, 3), np.uint8)
    image[68:73, 118:123] = 255
    return image


@pytest.mark.parametrize(
    "size, box", [(400, (100, 50, 140, 90)), (90, (40, 20, 200, 180)), (60, (-300, -200, 500, 400))]
)
def test_points_move_with_the_picture(dotted, size, box):
    cut = crop(dotted, np.array(box), size, background=(0, 0, 0))
    assert cut.image.shape == (size, size, 3)
    weight = cut.image[..., 0].astype(float)
    rows, columns = np.mgrid[:size, :size]
    centre = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
    np.testing.assert_allclose(centre, cut.to_crop(np.array([[120.0, 70]]))[0], atol=max(0.35, cut.scale * 0.3))


def test_there_and_back(dotted):
    cut = crop(dotted, np.array([30.5, 20, 99, 180]), 333, margin=0.1)
    points = np.random.default_rng(0).uniform(0, 200, (50, 2))
    np.testing.assert_allclose(cut.to_photo(cut.to_crop(points)), points, atol=1e-9)


def test_at_its_own_size_a_crop_is_a_slice(photo):
    # Pixels 40 to 103 reach from edge 39.5 to edge 103.5.
    cut = crop(photo, np.array([39.5, 29.5, 103.5, 93.5]), 64, margin=0)
    np.testing.assert_array_equal(cut.image, photo[30:94, 40:104])


def test_beyond_the_photo_is_background(photo):
    cut = crop(photo, np.array([-64.5, -64.5, -0.5, -0.5]), 32, margin=0, background=(1, 2, 3))
    assert (cut.image == (1, 2, 3)).all()


def test_shrinking_averages():
    noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), np.uint8)
    cut = crop(noise, np.array([0, 0, 799, 799]), 40, margin=0)
    assert cut.image[2:-2, 2:-2].std() < 10


@pytest.mark.parametrize("shape", [(100, 300), (300, 100), (7, 7), (1, 500)])
def test_thumbnails_keep_the_whole_picture(shape):
    image = np.full((*shape, 3), 200, np.uint8)
    small = thumbnail(image, 120, background=(0, 0, 0))
    assert small.shape == (120, 120, 3)
    rows, columns = np.flatnonzero(small.any(axis=(1, 2))), np.flatnonzero(small.any(axis=(0, 2)))
    assert max(len(rows), len(columns)) == 120
    assert len(rows) / len(columns) == pytest.approx(shape[0] / shape[1], rel=0.05) or min(len(rows), len(columns)) == 1
    assert abs((rows[0] + rows[-1]) / 2 - 59.5) <= 0.5 and abs((columns[0] + columns[-1]) / 2 - 59.5) <= 0.5
