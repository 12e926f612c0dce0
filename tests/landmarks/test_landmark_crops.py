import numpy as np
import pytest

from facerecon.landmarks.crops import GREY, cut


@pytest.fixture(scope="module")
def ramps():
    """A picture whose red is its column and whose green is its row, over 12."""
    y, x = np.mgrid[:2400, :3000]
    return np.stack([x // 12, y // 12, np.zeros_like(x)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("box", "margin"),
    [
        ((900, 1000, 1900, 1900), 2.0),
        ((1000, 700, 1100, 820), 2.0),
        ((10, 20, 600, 500), 3.0),
        ((5, 5, 2990, 2390), 2.0),
    ],
)
def test_points_go_back_to_where_their_colour_is(ramps, box, margin, turns):
    crop = cut(ramps, np.array(box, dtype=float), margin, 400, turns)
    assert crop.image.shape == (400, 400, 3)
    rng = np.random.default_rng(turns)
    pixels = rng.integers(0, 400, (300, 2))
    colours = crop.image[pixels[:, 1], pixels[:, 0]].astype(float)
    photo = crop.to_photo(pixels)
    # Away from the padding, whose grey bleeds by interpolation.
    inside = (photo > 12 / crop.scale).all(axis=1) & (photo < np.array([2999, 2399]) - 12 / crop.scale).all(axis=1)
    assert inside.sum() > 20
    there = (colours[inside, :2] + 0.5) * 12 - 0.5
    assert np.abs(there - photo[inside]).max() < 12 + 1 / crop.scale  # the steps of the ramp
    assert np.abs((there - photo[inside]).mean(axis=0)).max() < 1.5


def test_box_lies_in_the_middle():
    image = np.zeros((500, 500, 3), np.uint8)
    crop = cut(image, np.array([100.0, 120, 199, 219]), 2.0, 256)
    middle = crop.to_photo(np.array([[127.5, 127.5]]))[0]
    assert np.abs(middle - [149.5, 169.5]).max() <= 0.5


def test_turns_are_those_of_rot90(ramps):
    box = np.array([900.0, 1000, 1900, 1900])
    upright = cut(ramps, box, 2.0, 200)
    for turns in (1, 2, 3):
        turned = cut(ramps, box, 2.0, 200, turns)
        assert (turned.image == np.rot90(upright.image, turns)).all()
        corner = np.array([[0.0, 0.0]])
        place = {1: [[199, 0]], 2: [[199, 199]], 3: [[0, 199]]}[turns]
        assert np.allclose(turned.to_photo(corner), upright.to_photo(np.array(place)))


def test_outside_is_grey_and_huge_boxes_cost_little():
    crop = cut(np.zeros((100, 100, 3), np.uint8), np.array([-5000.0, -5000, 5000, 5000]), 3.0, 300)
    assert (crop.image == GREY).mean() > 0.99
    assert (cut(np.zeros((100, 100, 3), np.uint8), np.array([900.0, 900, 950, 950]), 2.0, 64).image == GREY).all()
