"""What names a face in the caches: its photo and its points, as they were found or as they are."""

from types import SimpleNamespace

import numpy as np
import pytest

from facerecon.app import state
from facerecon.app.landmarks.subject import Subject
from facerecon.core.types import Landmarks, Photo
from facerecon.landmarks.correction import Correction

PHOTO = Photo(np.zeros((40, 40, 3), np.uint8), "digest", None, "two.png")


@pytest.fixture(autouse=True)
def session(monkeypatch):
    current = state.Session()
    monkeypatch.setattr(state, "session", lambda: current)
    return current


def subject(points) -> Subject:
    marks = Landmarks(points, None, "mediapipe478")
    return Subject(SimpleNamespace(reconstruction=SimpleNamespace(photos=(PHOTO,), landmarks=(marks,))), 0)


def test_two_faces_of_one_photo_are_told_apart(rng):
    first, second = rng.random((2, 478, 2))
    assert subject(first).found_digest == subject(first).found_digest != subject(second).found_digest


def test_a_moved_point_changes_what_is_but_not_what_was_found(rng):
    one = subject(rng.random((478, 2)))
    before = one.digest, one.found_digest
    assert before[0] == before[1]
    state.correct(PHOTO, Correction(one.marks).moved("mediapipe478", 2, np.array([3.0, 4.0])))
    assert one.found_digest == before[1] and one.digest != before[0]
