import numpy as np
import pytest

from facerecon.evaluation.verification import rates, roc


def test_curve_by_hand():
    curve = roc(np.array([0.1, 0.2, 0.6]), np.array([0.5, 0.7]))
    assert curve.thresholds.tolist() == [0.1, 0.2, 0.5, 0.6, 0.7, np.inf]
    assert np.allclose(curve.true_accepts * 3, [0, 1, 2, 2, 3, 3])
    assert np.allclose(curve.false_accepts * 2, [0, 0, 0, 1, 1, 2])
    assert curve.area == pytest.approx(5 / 6)  # one of six comparisons is the wrong way round


@pytest.mark.parametrize("seed", range(5))
def test_area_is_the_share_of_right_comparisons(seed):
    rng = np.random.default_rng(seed)
    same, different = rng.integers(0, 12, 30) / 10, rng.integers(4, 20, 40) / 10  # many ties
    right = (same[:, None] < different[None]).mean() + 0.5 * (same[:, None] == different[None]).mean()
    curve = roc(same, different)
    assert curve.area == pytest.approx(right)
    assert (np.diff(curve.true_accepts) >= 0).all() and (np.diff(curve.false_accepts) >= 0).all()
    for row in (0, 3, -1):
        told = rates(same, different, curve.thresholds[row])
        assert told.true_accepts == pytest.approx(curve.true_accepts[row])
        assert told.false_accepts == pytest.approx(curve.false_accepts[row])


def test_separable_pairs_make_no_errors_and_mixed_ones_half():
    same, different = np.linspace(0, 0.4, 20), np.linspace(0.5, 1, 30)
    curve = roc(same, different)
    assert curve.area == pytest.approx(1) and curve.equal_error == 0
    assert rates(same, different, 0.45).accuracy == 1 and rates(same, different, 0.2).accuracy < 1
    rng = np.random.default_rng(0)
    mixed = roc(rng.uniform(size=4000), rng.uniform(size=4000))
    assert mixed.area == pytest.approx(0.5, abs=0.02) and mixed.equal_error == pytest.approx(0.5, abs=0.02)


def test_equal_error_of_known_overlap():
    rng = np.random.default_rng(1)  # normal distributions two deviations apart cross at Φ(-1)
    curve = roc(rng.normal(0, 1, 20_000), rng.normal(2, 1, 20_000))
    assert curve.equal_error == pytest.approx(0.1587, abs=0.006)


def test_a_curve_needs_both_kinds():
    with pytest.raises(ValueError):
        roc(np.array([]), np.array([0.4]))
    assert np.isnan(rates(np.array([]), np.array([0.4]), 0.5).true_accepts)
