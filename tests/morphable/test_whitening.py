"""Correlated errors, against the full matrix."""

import numpy as np
import pytest

from facerecon.morphable.whitening import Whitening, robust_whitening


@pytest.fixture
def measured(rng):
    directions, rest = rng.normal(size=(3, 20)), rng.uniform(0.5, 2, 20)
    return Whitening(directions, rest), directions.T @ directions + np.diag(rest**2)


def test_it_is_the_inverse_of_the_covariance(measured, rng):
    whitening, covariance = measured
    jacobian, residuals = rng.normal(size=(20, 6)), rng.normal(size=20)
    matrix, pull = whitening.normal(jacobian, residuals)
    np.testing.assert_allclose(matrix, jacobian.T @ np.linalg.solve(covariance, jacobian), rtol=1e-9)
    np.testing.assert_allclose(pull, jacobian.T @ np.linalg.solve(covariance, residuals), rtol=1e-9)
    assert whitening.squared(residuals) == pytest.approx(residuals @ np.linalg.solve(covariance, residuals))


def test_what_errors_often_do_together_counts_little(measured):
    """A residual along a direction weighs less than one of the same length across all of them."""
    whitening, covariance = measured
    values, vectors = np.linalg.eigh(covariance)
    assert whitening.squared(vectors[:, -1]) == pytest.approx(1 / values[-1])
    assert whitening.squared(vectors[:, 0]) == pytest.approx(1 / values[0])


def test_numbers_of_weight_nought_are_not_there(rng):
    directions, rest, residuals = rng.normal(size=(3, 20)), rng.uniform(0.5, 2, 20), rng.normal(size=20)
    half = Whitening(directions, rest, np.repeat([1.0, 0.0], 10))
    alone = Whitening(directions[:, :10], rest[:10])
    assert half.squared(residuals) == pytest.approx(alone.squared(residuals[:10]))
    np.testing.assert_allclose(half.shared(residuals), alone.shared(residuals[:10]))


def test_a_stray_point_is_told_from_what_points_err_by_together(rng):
    directions, rest = 3 * rng.normal(size=(2, 60)), np.full(60, 0.5)
    residuals = (rng.normal(size=2) @ directions + 0.5 * rng.normal(size=60)).reshape(30, 2)
    strayed = residuals + 40 * np.eye(30)[:, [4]]
    one, cost = robust_whitening(directions, rest, residuals, np.ones(30), 3.0)
    other, more = robust_whitening(directions, rest, strayed, np.ones(30), 3.0)
    np.testing.assert_allclose(one.shared(residuals.ravel()), other.shared(strayed.ravel()), atol=0.1)
    assert cost < more < cost + 9.1  # all that one point may cost is c²
