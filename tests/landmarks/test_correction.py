"""Points stay where a hand put them, their neighbours follow, and every step can be taken back."""

import numpy as np
import pytest

from facerecon.core.types import Landmarks
from facerecon.landmarks.correction import Correction, correlation, stand_for
from facerecon.landmarks.schemes import NAMES, convert, scheme


@pytest.fixture
def found(rng):
    return Landmarks(rng.uniform(100, 500, (478, 2)), rng.normal(0, 9, 478), "mediapipe478", rng.uniform(0, 1, 52))


def test_nothing_moved_is_what_was_found(found):
    untouched = Correction(found)
    assert untouched.landmarks is found
    assert untouched.undone().landmarks is found and untouched.reset() is untouched


@pytest.mark.parametrize("name", NAMES)
def test_a_point_goes_exactly_where_it_is_put(found, rng, name):
    corrected, places = Correction(found), {}
    for index in rng.permutation(scheme(name).count)[:12]:
        places[index] = rng.uniform(100, 500, 2)
        corrected = corrected.moved(name, int(index), places[index])
    points = convert(corrected.landmarks, name).points
    np.testing.assert_allclose(points[list(places)], list(places.values()), atol=1e-8)
    np.testing.assert_array_equal(corrected.landmarks.depth, found.depth)
    np.testing.assert_array_equal(corrected.landmarks.blendshapes, found.blendshapes)


def test_the_order_of_the_moves_does_not_matter(found):
    places = {33: (120.0, 130.0), 133: (150.0, 131.0), 61: (200.0, 300.0), 473: (333.0, 99.0)}
    ways = []
    for order in (list(places), list(places)[::-1]):
        corrected = Correction(found)
        for row in order:
            corrected = corrected.moved("mediapipe478", row, np.array(places[row]))
        ways.append(corrected.landmarks.points)
    np.testing.assert_allclose(*ways, atol=1e-9)


def test_all_points_may_be_held(found, rng):
    corrected, places = Correction(found), rng.uniform(0, 600, (478, 2))
    for row in range(478):
        corrected = corrected.moved("mediapipe478", row, places[row], hand="one")
    np.testing.assert_allclose(corrected.landmarks.points, places, atol=1e-7)
    assert len(corrected.history) == 2


def followed(name, row):
    """How far each point goes along with a point that moves by 1."""
    return correlation(name)[:, row]


@pytest.mark.parametrize("name", NAMES)
def test_no_point_overtakes_the_one_that_is_moved(name):
    alike = correlation(name)
    np.testing.assert_allclose(alike, alike.T, atol=1e-12)
    assert np.linalg.eigvalsh(alike).min() > 1e-4  # any set of points can be held
    assert alike.min() >= -1e-12 and alike.max() < 1 + 1e-9


def test_neighbours_follow_less_the_farther_they_are():
    groups = scheme("mediapipe478").groups
    for group in ("face_oval", "left_eye", "lips_outer", "right_brow"):
        ring = groups[group]
        for start in range(0, len(ring), 3):
            along = followed("mediapipe478", ring[start])[list(np.roll(ring, -start))][: len(ring) // 4]
            assert (np.diff(along) < 0).all()
            assert 0.4 < along[1] < 0.95


def test_the_lips_are_two_and_an_iris_stands_alone():
    known = scheme("mediapipe478")
    upper, lower = known.names["upper_lip_bottom"], known.names["lower_lip_top"]
    assert followed("mediapipe478", upper)[lower] < 0.05
    moved = followed("mediapipe478", known.names["left_pupil"])
    assert (moved[list(known.groups["left_iris"])] > 0.5).all() and (moved[:468] == 0).all()


def test_the_falloff_is_the_same_on_both_sides():
    mirror = scheme("mediapipe478").mirror
    alike = correlation("mediapipe478")
    # MediaPipe's triangles are mirrored but for a few diagonals.
    assert np.median(np.abs(alike - alike[np.ix_(mirror, mirror)])) < 1e-6


def test_steps_are_taken_back_one_by_one(found):
    first = Correction(found).moved("ibug68", 36, np.array([110.0, 120.0]))
    second = first.moved("ibug68", 48, np.array([210.0, 320.0]))
    gone = second.reset()
    assert gone.landmarks is found
    np.testing.assert_array_equal(gone.undone().landmarks.points, second.landmarks.points)
    np.testing.assert_array_equal(second.undone().landmarks.points, first.landmarks.points)
    assert second.undone().undone().landmarks is found
    assert second.undone().undone().undone().landmarks is found


def test_one_pull_is_one_step(found):
    corrected = Correction(found)
    for x in (110.0, 112.0, 115.0):
        corrected = corrected.moved("ibug68", 36, np.array([x, 120.0]), hand=1)
    again = corrected.moved("ibug68", 36, np.array([118.0, 120.0]), hand=2)
    assert len(corrected.history) == 2 and len(again.history) == 3
    np.testing.assert_allclose(convert(again.undone().landmarks, "ibug68").points[36], (115, 120))
    # After an undo the hand is a new one, even with the old number.
    assert len(again.undone().moved("ibug68", 36, np.array([119.0, 120.0]), hand=2).history) == 3


def test_a_mean_of_two_moves_both(found):
    index = next(i for i, rows in enumerate(stand_for("mediapipe478", "ibug68")) if len(rows) > 1)
    rows = list(stand_for("mediapipe478", "ibug68")[index])
    before = found.points[rows]
    after = Correction(found).moved("ibug68", index, before.mean(axis=0) + (5, -3)).landmarks.points[rows]
    np.testing.assert_allclose(after - before, np.tile((5, -3), (len(rows), 1)), atol=1e-9)
