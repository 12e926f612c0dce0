import numpy as np
import pytest

from facerecon.evaluation.statistics import ErrorStatistics, bootstrap_interval, mean_ratio, percentile_curve


def test_numbers_of_known_errors():
    found = ErrorStatistics.of(np.array([1.0, 2, 3, 4, 10]))
    assert (found.median, found.mean, found.count) == (3, 4, 5)
    assert found.std == pytest.approx(np.sqrt(10))
    assert found.rms == pytest.approx(np.sqrt(26))
    assert found.rms**2 == pytest.approx(found.mean**2 + found.std**2)
    assert found.p90 == pytest.approx(7.6)


def test_no_errors_are_no_numbers():
    found = ErrorStatistics.of(np.zeros(0))
    assert found.count == 0 and np.isnan(found.median)
    assert np.isnan(percentile_curve(np.zeros(0), np.array([50]))).all()


def test_the_curve_inverts_the_share():
    errors = np.arange(101.0)
    np.testing.assert_allclose(percentile_curve(errors, np.array([0, 25, 90, 100])), [0, 25, 90, 100])


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(3)
    held = []
    for _ in range(150):
        low, high = bootstrap_interval(rng.normal(5, 2, 40), rng)
        held.append(low <= 5 <= high)
    assert 0.87 < np.mean(held) < 0.99


def test_pairs_stay_together():
    values = np.random.default_rng(1).uniform(1, 9, 30)
    interval = bootstrap_interval(np.column_stack([values / 2, values]), np.random.default_rng(0), mean_ratio)
    np.testing.assert_allclose(interval, 0.5)


def test_intervals_are_reproducible_and_none_of_nothing():
    values = np.random.default_rng(1).normal(size=20)
    first, second = (bootstrap_interval(values, np.random.default_rng(0)) for _ in range(2))
    assert first == second and first[0] < values.mean() < first[1]
    assert np.isnan(bootstrap_interval(np.zeros(0), np.random.default_rng(0))).all()
