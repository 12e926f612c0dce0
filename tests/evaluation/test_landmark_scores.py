import numpy as np
import pytest

from facerecon.evaluation.landmarks import FAILURE, Errors, in_bins

TRUE = np.array([[[0.0, 0], [100, 0]], [[0, 0], [0, 50]], [[10, 10], [20, 20]]])
EYES = np.array([100.0, 50, 10])


def test_errors_by_hand():
    found = [TRUE[0] + [3, 4], TRUE[1] + [[0, 0], [0, 10]], None]
    errors = Errors.of(found, TRUE, EYES)
    assert errors.by_point.tolist() == [[0.05, 0.05], [0.0, 0.2], [np.inf, np.inf]]
    assert errors.nme.tolist() == [0.05, 0.1, np.inf]
    assert errors.mean == pytest.approx(0.075) and errors.median == pytest.approx(0.1)
    assert errors.failure_rate == errors.refusal_rate == pytest.approx(1 / 3)  # 10 % is no failure yet
    assert errors.share_within(np.array([0.04, 0.05, 0.1, 5])).tolist() == [0, 1 / 3, 2 / 3, 2 / 3]
    assert errors.area == pytest.approx((0.5 + 0 + 0) / 3)


def test_parts_of_faces_and_some_faces():
    errors = Errors(np.array([[0.02, 0.04, 0.3], [0.0, 0.06, 0.3]]))
    assert errors.of_points((0, 1)).nme.tolist() == pytest.approx([0.03, 0.03])
    assert errors.of_points([2]).failure_rate == 1 and errors.of_points([2]).refusal_rate == 0
    assert errors.of_faces(np.array([True, False])).mean == pytest.approx(0.12)
    near, far = in_bins(np.array([5.0, 20.0]), (0, 20, 40))
    assert near.tolist() == [True, False] and far.tolist() == [False, True]
    assert len(errors.of_faces(near & far)) == 0


def test_neither_place_nor_size_of_a_picture_matters(rng):
    true, off = rng.normal(size=(4, 9, 2)), rng.normal(0, 0.1, (4, 9, 2))
    eyes = rng.uniform(1, 2, 4)
    here = Errors.of(list(true + off), true, eyes)
    there = Errors.of(list(7 * (true + off) + [30, 90]), 7 * true + [30, 90], 7 * eyes)
    np.testing.assert_allclose(here.by_point, there.by_point)


def test_the_area_is_that_under_the_curve(rng):
    errors = Errors(rng.exponential(0.06, (60, 5)))
    limits = np.linspace(0, FAILURE, 20_001)
    assert errors.area == pytest.approx(errors.share_within(limits).mean(), abs=1e-3)
    assert errors.failure_rate == pytest.approx(1 - errors.share_within(np.array([FAILURE]))[0])
    assert (np.diff(errors.share_within(limits)) >= 0).all()


def test_nothing_found_and_no_faces():
    lost = Errors.of([None, None], TRUE[:2], EYES[:2])
    assert np.isnan(lost.mean) and lost.median == np.inf and lost.failure_rate == 1 and lost.area == 0
    none = lost.of_faces(np.zeros(2, bool))
    assert all(np.isnan(number) for number in (none.mean, none.median, none.failure_rate, none.refusal_rate, none.area))
    assert none.share_within(np.array([1.0])).tolist() == [0]


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError):
        Errors.of([TRUE[0]], TRUE, EYES)
    with pytest.raises(ValueError):
        Errors.of(list(TRUE), TRUE, EYES[:2])
