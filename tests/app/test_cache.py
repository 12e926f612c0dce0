"""Keys of caches: what makes a reconstruction another one."""

import numpy as np
import pytest

from facerecon.app.cache import run_key, workshop
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS
from facerecon.landmarks import LANDMARKERS
from facerecon.morphable import HEADS
from facerecon.pipeline import Settings


def photo(digest: str) -> Photo:
    return Photo(np.zeros((40, 40, 3), np.uint8), digest, None, "any.png")


def test_a_key_is_that_of_the_digests():
    assert run_key((photo("a"),), Settings()) == run_key((photo("a"),), Settings())


@pytest.mark.parametrize(
    ("photos", "settings"),
    [
        (("b",), Settings()),
        (("a", "b"), Settings()),
        (("a",), Settings(texture_size=512)),
        (("a",), Settings(faces=(1,))),
        (("a",), Settings(landmarks=(np.zeros((478, 2)),))),
    ],
)
def test_whatever_changes_the_result_changes_the_key(photos, settings):
    assert run_key(tuple(map(photo, photos)), settings) != run_key((photo("a"),), Settings())


def test_one_moved_landmark_is_enough():
    points = np.random.default_rng(1).random((478, 2))
    moved = points.copy()
    moved[200, 1] += 1e-6
    keys = {run_key((photo("a"),), Settings(landmarks=(p,))) for p in (points, moved)}
    assert len(keys) == 2


def test_a_default_part_is_loaded_once_however_it_is_asked_for():
    shop = workshop()
    assert shop is workshop(None, None, None) is workshop(head=HEADS.default)
    assert shop is workshop(DETECTORS.default, LANDMARKERS.default, HEADS.default)
    other = workshop(list(DETECTORS)[1])
    assert other is not shop and other.parts.head is shop.parts.head
