"""What face-api's 68-point network must do, beyond the contract."""

import cv2
import numpy as np
import pytest
import skimage.data

from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.schemes import convert, mirror

FACE = np.array([174.0, 73.0, 276.0, 175.0])


def rms(points, others):
    return float(np.sqrt(((points - others) ** 2).sum(axis=1).mean()))


@pytest.fixture(scope="module")
def sixty_eight():
    with LANDMARKERS.create("face-api-68") as made:
        yield made


@pytest.fixture(scope="module")
def points(sixty_eight, astronaut, make_photo):
    return sixty_eight.locate(make_photo(astronaut), FACE).points


def test_agrees_with_the_face_mesh(points, found):
    expected = convert(found, "ibug68").points
    eyes = np.linalg.norm(expected[36] - expected[45])
    assert np.linalg.norm(points - expected, axis=1).mean() < 0.08 * eyes
    inner = slice(17, None)  # the two are taught different lines of the jaw
    assert np.linalg.norm(points[inner] - expected[inner], axis=1).mean() < 0.05 * eyes


def test_mirrored_photo_has_mirrored_points(sixty_eight, astronaut, make_photo, points):
    box = np.array([511 - FACE[2], FACE[1], 511 - FACE[0], FACE[3]])
    other = mirror(sixty_eight.locate(make_photo(astronaut[:, ::-1]), box), 512)
    assert rms(other.points, points) < 0.1


@pytest.mark.parametrize("angle", [20, -40, 90, 180, 270])
def test_any_way_up(sixty_eight, astronaut, make_photo, points, angle):
    turn = cv2.getRotationMatrix2D((224.5, 123.5), angle, 1)
    other = sixty_eight.locate(make_photo(cv2.warpAffine(astronaut, turn, (512, 512))), FACE)
    assert rms(other.points, points @ turn[:, :2].T + turn[:, 2]) < 1.5


@pytest.mark.parametrize("scale", [0.5, 4])
def test_points_scale_with_the_photo(sixty_eight, astronaut, make_photo, points, scale):
    other = sixty_eight.locate(
        make_photo(cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)),
        (FACE + 0.5) * scale - 0.5,
    )
    assert rms((other.points + 0.5) / scale - 0.5, points) < 1.5


@pytest.mark.parametrize("change", [[-12, -12, 12, 12], [10, 10, -10, -10], [8, -8, 8, -8], [-10, 6, -10, 6]])
def test_points_hardly_depend_on_the_box(sixty_eight, astronaut, make_photo, points, change):
    other = sixty_eight.locate(make_photo(astronaut), FACE + change)
    assert rms(other.points, points) < 1


def test_what_is_no_face_gives_none(sixty_eight, make_photo):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 300, 3)).astype(np.uint8)
    for image in (noise, np.full((300, 300, 3), 200, np.uint8), skimage.data.coffee(), skimage.data.rocket()):
        assert sixty_eight.locate(make_photo(image), np.array([80.0, 80, 240, 240])) is None


@pytest.mark.parametrize("box", [[np.nan, 0, 1, 1], [0, 0, 10], [20, 20, 10, 10]])
def test_box_that_is_none_is_refused(sixty_eight, astronaut, make_photo, box):
    with pytest.raises(ValueError):
        sixty_eight.locate(make_photo(astronaut), np.array(box, dtype=float))
