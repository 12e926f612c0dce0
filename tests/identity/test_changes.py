"""Changed copies: the five points go where their places in the photo went."""

import cv2
import numpy as np
import pytest

from facerecon.core.types import Photo
from facerecon.geometry.sampling import sample
from facerecon.identity.align import align
from facerecon.identity.changes import changed

FIVE = np.array([[120.0, 100.0], [180.0, 104.0], [149.0, 140.0], [128.0, 175.0], [172.0, 178.0]])
PLACES = {"mirrored", "turned", "small"}
"""Where a point's colour stays what it was; mirrored, left and right change over."""


@pytest.fixture(scope="module")
def copies():
    image = np.full((300, 320, 3), 90, np.uint8)
    for index, point in enumerate(FIVE):
        cv2.circle(image, tuple(map(int, point)), 9, (40 * index + 60, 250 - 40 * index, 128), -1)
    photo = Photo(image, "face", None, "face.png")
    return photo, {name: (copy, five) for name, copy, five in changed(photo, FIVE, np.random.default_rng(0))}


def test_ten_kinds_with_names_of_their_own(copies):
    _, found = copies
    assert len(found) == 10 and found.keys() >= PLACES
    assert len({copy.digest for copy, _ in found.values()}) == 10


@pytest.mark.parametrize("name", sorted(PLACES))
def test_points_go_along(copies, name):
    photo, found = copies
    copy, five = found[name]
    before, after = sample(photo.image, FIVE).astype(int), sample(copy.image, five).astype(int)
    order = [1, 0, 2, 4, 3] if name == "mirrored" else range(5)
    assert np.abs(after - before[order]).max() < 25


def test_what_is_not_moved_keeps_its_points(copies):
    photo, found = copies
    for name in ("blurred", "dark", "overexposed", "grey", "covered"):
        copy, five = found[name]
        np.testing.assert_array_equal(five, FIVE)
        assert copy.image.shape == photo.image.shape and (copy.image != photo.image).any()
    eyes = np.linalg.norm(np.diff(found["small"][1][:2], axis=0))
    assert eyes == pytest.approx(20, rel=0.03)
    moved = found["misplaced"][1] - FIVE
    assert 0 < np.abs(moved).max() < 10


def test_of_a_large_photo_only_the_face_is_copied(rng):
    image = rng.integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    five = FIVE / 3 + (700, 400)
    template = FIVE / 3 + (20, 15)
    for name, copy, moved in changed(Photo(image, "face", None, "face.png"), five, rng):
        assert copy.image.shape[0] < 350 and copy.image.shape[1] < 350
        if name == "covered":  # elsewhere it is the photo
            seen, whole = align(copy.image, moved, template, 100), align(image, five, template, 100)
            assert (seen == whole).all(axis=2).mean() > 0.9
            assert seen[[0, 0, -1, -1], [0, -1, 0, -1]].any()  # nothing beyond the photo is seen
