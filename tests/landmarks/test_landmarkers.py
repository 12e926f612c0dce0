"""One contract for every entry of the table, and what the face mesh must do."""

import cv2
import numpy as np
import pytest
import skimage.data

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Landmarks
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.landmarker import Landmarker
from facerecon.landmarks.schemes import NAMES, convert, mirror, scheme

FACE = np.array([174.0, 73.0, 276.0, 175.0])


def rms(points, others):
    return float(np.sqrt(((points - others) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize("name", list(LANDMARKERS))
def test_contract(name, astronaut, make_photo):
    with LANDMARKERS.create(name) as landmarker:
        photo = make_photo(astronaut)
        found = landmarker.locate(photo, FACE)
        again = landmarker.locate(photo, FACE)
        nothing = landmarker.locate(make_photo(np.zeros((300, 300, 3), np.uint8)), np.array([50.0, 50, 250, 250]))
    assert isinstance(landmarker, Landmarker) and landmarker.name == name and landmarker.scheme in NAMES
    assert isinstance(found, Landmarks) and (found.scheme, found.landmarker) == (landmarker.scheme, name)
    assert found.points.shape == (scheme(found.scheme).count, 2)
    assert (found.points == again.points).all() and nothing is None
    five = convert(found, "five").points
    assert rms(five, np.array([[203, 101], [246, 103], [222, 127], [202, 139], [245, 140]])) < 5
    landmarker.close()


def test_depth_and_expression(found):
    assert found.depth[4] < found.depth[[234, 454]].min() - 20  # the nose is nearer than the ears
    names = dict(zip(ARKIT_NAMES, found.blendshapes, strict=True))
    assert names["mouthSmileLeft"] > 0.5 and names["mouthSmileRight"] > 0.5
    assert names["jawOpen"] < 0.3 and names["tongueOut"] == 0 and names["eyeBlinkLeft"] < 0.4
    assert (found.blendshapes >= 0).all() and (found.blendshapes <= 1).all()


def test_mirrored_photo_has_mirrored_landmarks(face_mesh, astronaut, make_photo, found):
    box = np.array([511 - FACE[2], FACE[1], 511 - FACE[0], FACE[3]])
    other = mirror(face_mesh.locate(make_photo(astronaut[:, ::-1]), box), 512)
    assert rms(other.points, found.points) < 1  # of a face that is 90 px wide
    assert np.abs((other.points - found.points).mean(axis=0)).max() < 0.4  # half a pixel would show
    assert np.abs(other.depth - found.depth).mean() < 2
    assert np.abs(other.blendshapes - found.blendshapes).max() < 0.3


@pytest.mark.parametrize("scale", [0.4, 2, 5])
def test_landmarks_scale_with_the_photo(face_mesh, astronaut, make_photo, found, scale):
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    larger = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=way)
    other = face_mesh.locate(make_photo(larger), (FACE + 0.5) * scale - 0.5)
    back = (other.points + 0.5) / scale - 0.5
    assert rms(back, found.points) < (1.5 if scale < 1 else 0.5)
    assert np.abs(other.depth / scale - found.depth).mean() < 1.5


@pytest.mark.parametrize("angle", [30, 90, 135, 180, 250, 270])
def test_any_way_up(face_mesh, astronaut, make_photo, found, angle):
    turn = cv2.getRotationMatrix2D((224.5, 123.5), angle, 1)
    other = face_mesh.locate(make_photo(cv2.warpAffine(astronaut, turn, (512, 512))), FACE)
    expected = found.points @ turn[:, :2].T + turn[:, 2]
    assert rms(other.points, expected) < 2
    assert np.abs(other.blendshapes - found.blendshapes).max() < 0.4


def test_whose_box_it_was_hardly_matters(face_mesh, astronaut, make_photo, found):
    rng = np.random.default_rng(0)
    eyes = np.linalg.norm(found.points[33] - found.points[263])
    for _ in range(4):
        other = face_mesh.locate(make_photo(astronaut), FACE + rng.normal(0, 0.08, 4) * (FACE[2] - FACE[0]))
        assert np.linalg.norm(other.points - found.points, axis=1).max() < 0.01 * eyes


def test_neighbour_is_not_mistaken(face_mesh, astronaut, make_photo, found):
    face = astronaut[50:200, 150:300]
    photo = make_photo(np.concatenate([face, face, face], axis=1))
    for index in range(3):
        box = FACE - [150, 50, 150, 50] + [150 * index, 0, 150 * index, 0]
        other = face_mesh.locate(photo, box)
        assert rms(other.points, found.points - [150, 50] + [150 * index, 0]) < 2


@pytest.mark.parametrize("grow", [-10, 0, 15])
def test_face_that_fills_the_picture(face_mesh, astronaut, make_photo, found, grow):
    x0, y0, x1, y1 = (FACE + [-grow, -grow, grow, grow]).astype(int)
    image = cv2.resize(astronaut[y0:y1, x0:x1], None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    other = face_mesh.locate(make_photo(image), (FACE - [x0, y0, x0, y0] + 0.5) * 8 - 0.5)
    inner = np.array(scheme("mediapipe478").groups["lips_outer"] + scheme("mediapipe478").groups["right_eye"])
    assert rms(((other.points + 0.5) / 8 - 0.5 + [x0, y0])[inner], found.points[inner]) < 3


def test_box_without_a_face_gives_none(face_mesh, make_photo):
    photo = make_photo(skimage.data.rocket())
    assert face_mesh.locate(photo, np.array([100.0, 100, 300, 300])) is None


@pytest.mark.parametrize("box", [[np.nan, 0, 1, 1], [0, 0, 10], [20, 20, 10, 10]])
def test_box_that_is_none_is_refused(face_mesh, astronaut, make_photo, box):
    with pytest.raises(ValueError):
        face_mesh.locate(make_photo(astronaut), np.array(box, dtype=float))
