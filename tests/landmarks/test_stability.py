import cv2
import numpy as np
import pytest

from facerecon.core.types import Landmarks
from facerecon.landmarks.schemes import scheme
from facerecon.landmarks.stability import KINDS, spread

BOX = np.array([150.0, 120, 290, 260])
PLACES = np.array([(190, 170), (250, 176), (222, 200), (198, 232), (246, 236)], float)
COLOURS = np.array([(250, 40, 40), (40, 250, 40), (40, 40, 250), (250, 250, 40), (40, 250, 250)])


class Dots:
    """Finds five dots by their colours; in a mirrored picture it takes left for right, as a landmarker does."""

    name, scheme = "dots", "five"

    def __init__(self, noise=0.0):
        self.rng, self.noise = np.random.default_rng(0), noise

    def locate(self, photo, box):
        away = np.abs(photo.image[None].astype(int) - COLOURS[:, None, None]).max(axis=3)
        points = np.array([np.argwhere(one < 100).mean(axis=0)[::-1] for one in away])
        if points[0, 0] > points[1, 0]:
            points = points[scheme("five").mirror]
        assert (points > box[:2]).all() and (points < box[2:]).all()  # the box came along
        return Landmarks(points + self.rng.normal(0, self.noise, points.shape), None, "five")


@pytest.fixture
def photo(make_photo):
    image = np.full((400, 420, 3), 90, np.uint8)
    for (x, y), colour in zip(PLACES, COLOURS.tolist(), strict=True):
        cv2.circle(image, (int(x), int(y)), 6, colour, -1, cv2.LINE_AA)
    return make_photo(image)


@pytest.mark.parametrize("offset", [(0, 0), (-140, -110)])  # the second: the part reaches beyond the photo
def test_what_is_firm_comes_back_to_its_place(photo, make_photo, offset):
    x, y = offset
    moved = make_photo(photo.image[-y:, -x:])
    seen = spread(Dots(), moved, BOX + [x, y, x, y], np.random.default_rng(1))
    assert seen.points.shape == (16, 5, 2) and set(seen.kinds) == set(KINDS)
    assert np.abs(seen.points - (PLACES + offset)).max() < 0.8
    assert np.abs(seen.mean - (PLACES + offset)).max() < 0.25


def test_covariance_is_that_of_the_noise(photo):
    seen = spread(Dots(noise=2.0), photo, BOX, np.random.default_rng(1), rounds=30)
    mean_variance = np.trace(seen.covariance, axis1=1, axis2=2).mean() / 2
    assert 2.5 < mean_variance < 6  # noise of 2 px, less in those pictures that are larger than the photo


def test_large_photo_is_varied_at_a_bounded_size(photo, make_photo):
    large = make_photo(cv2.resize(photo.image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))
    seen = spread(Dots(), large, (BOX + 0.5) * 4 - 0.5, np.random.default_rng(2), rounds=1)
    assert np.abs((seen.points + 0.5) / 4 - 0.5 - PLACES).max() < 1


def test_lost_faces_are_left_out(photo):
    class Lost(Dots):
        def locate(self, photo, box):
            return None if photo.digest.endswith("mirrored") else super().locate(photo, box)

    seen = spread(Lost(), photo, BOX, np.random.default_rng(0))
    assert "mirrored" not in seen.kinds and len(seen.points) == 12


def test_a_face_that_is_never_found_again_has_no_spread(photo):
    class Blind(Dots):
        def locate(self, photo, box):
            return None

    lost = spread(Blind(), photo, BOX, np.random.default_rng(0), rounds=1)
    assert lost.points.shape == (0, 5, 2) and lost.kinds == ()


def test_the_real_landmarker_is_firm_to_a_pixel_or_so(face_mesh, astronaut, make_photo, found):
    seen = spread(face_mesh, make_photo(astronaut), np.array([174.0, 73, 276, 175]), np.random.default_rng(0), rounds=2)
    assert len(seen.kinds) == 8
    assert np.sqrt(np.trace(seen.covariance, axis1=1, axis2=2)).mean() < 1.5  # the face is 90 px wide
    assert np.linalg.norm(seen.mean - found.points, axis=1).mean() < 1
