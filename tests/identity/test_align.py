import cv2
import numpy as np
import pytest

from facerecon.geometry.similarity import move, similarity
from facerecon.identity.align import align
from facerecon.identity.face_api import FaceApi
from facerecon.identity.facenet import FaceNet

COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255]], np.uint8)


def painted(points, size=600, radius=12):
    """A picture with a coloured disc on each of five points."""
    image = np.full((size, size, 3), 90, np.uint8)
    for point, colour in zip(points, COLOURS.tolist(), strict=True):
        cv2.circle(image, tuple((point * 16).round().astype(int).tolist()), radius * 16, colour, -1, cv2.LINE_AA, 4)
    return image


def discs(image):
    """Where the colours' middles are, `(5, 2)`."""
    near = [np.argwhere(np.abs(image.astype(int) - colour).max(axis=2) < 60).mean(axis=0)[::-1] for colour in COLOURS]
    return np.array(near)


@pytest.mark.parametrize("part", [FaceApi, FaceNet])
@pytest.mark.parametrize("seed", range(6))
def test_points_come_to_the_template(part, seed):
    rng = np.random.default_rng(seed)
    angle, scale = rng.uniform(-np.pi, np.pi), rng.uniform(1.2, 3)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    five = (part.template - part.template.mean(axis=0)) @ turn.T + 300
    seen = align(painted(five), five, part.template, part.side)
    assert seen.shape == (part.side, part.side, 3) and seen.dtype == np.uint8
    assert np.abs(discs(seen) - part.template).max() < 0.3


@pytest.mark.parametrize("part", [FaceApi, FaceNet])
def test_templates_are_faces(part):
    right, left, nose, mouth_right, mouth_left = part.template
    assert right[0] < nose[0] < left[0] and mouth_right[0] < mouth_left[0]
    assert max(right[1], left[1]) < nose[1] < min(mouth_right[1], mouth_left[1])
    assert (part.template > 0.15 * part.side).all() and (part.template < 0.85 * part.side).all()
    middle = part.template.mean(axis=0)[0] - (part.side - 1) / 2
    assert abs(middle) < 0.03 * part.side


def test_a_mirrored_face_stays_mirrored(astronaut):
    """Eyes and mouth change sides in a mirror; the picture must not be flipped to undo it."""
    five = np.array([[203.0, 101], [246, 103], [222, 127], [202, 139], [245, 140]])
    flipped = (five * [-1, 1] + [511, 0])[[1, 0, 2, 4, 3]]
    straight = align(astronaut, five, FaceApi.template, 150).astype(int)
    other = align(np.ascontiguousarray(astronaut[:, ::-1]), flipped, FaceApi.template, 150).astype(int)
    assert np.linalg.det(similarity(flipped, FaceApi.template)[:, :2]) > 0
    assert np.abs(other[:, ::-1] - straight).mean() < 12 < np.abs(other - straight).mean()


def test_size_and_turn_of_the_photo_hardly_matter(astronaut):
    five = np.array([[203.0, 101], [246, 103], [222, 127], [202, 139], [245, 140]])
    straight = align(astronaut, five, FaceApi.template, 150).astype(int)
    turn = cv2.getRotationMatrix2D((224.5, 123.5), 35, 1)
    turned = align(
        cv2.warpAffine(astronaut, turn, (512, 512), flags=cv2.INTER_CUBIC), move(turn, five), FaceApi.template, 150
    )
    large = cv2.resize(astronaut, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    shrunk = align(large, (five + 0.5) * 6 - 0.5, FaceApi.template, 150)
    assert np.abs(turned - straight).mean() < 4 and np.abs(shrunk - straight).mean() < 4


def test_points_that_are_none_are_refused(astronaut):
    for five in (np.zeros((5, 2)), np.zeros((4, 2)), np.full((5, 2), np.nan)):
        with pytest.raises(ValueError):
            align(astronaut, five, FaceApi.template, 150)
