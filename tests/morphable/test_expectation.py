"""What is expected of an identity, and what a fit makes of it."""

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.expectation import Expectation, joined
from facerecon.morphable.fitting import FitSettings, FitStep, fit_steps
from facerecon.morphable.normal_equations import NormalEquations
from facerecon.morphable.uncertainty import Information, calibration

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))


@pytest.fixture
def told(rng):
    """Three photos, each of which tells some directions better than the prior does."""
    spread = rng.normal(size=(3, 6, 6)) / 2
    return [Expectation(rng.normal(size=6), np.eye(6) + root @ root.T) for root in spread]


@pytest.fixture
def marks(anny, rng):
    pose = rigid(camera_from_head_rotation(0.2, 0.1, 0.0), np.array([10.0, 20.0, 700.0]))
    points = anny.landmarks("mediapipe478").on(anny.shape(rng.normal(size=80) * 0.7), anny.triangles)
    return Landmarks(project_head(CAMERA, pose, points)[0], None, "mediapipe478", np.zeros(52), "mediapipe")


def test_independent_photos_multiply(told):
    """Without tempering and likeness: the product of what is told, with the prior counted once."""
    found = joined(told, 1.0, 0.0)
    precision = sum(one.precision for one in told) - 2 * np.eye(6)
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(precision @ found.mean, sum(one.precision @ one.mean for one in told))


def test_the_same_photo_again_tells_nothing_new(told):
    once, thrice = joined(told[:1], 0.4, 1.0), joined(told[:1] * 3, 0.4, 1.0)
    np.testing.assert_allclose(once.mean, thrice.mean)
    np.testing.assert_allclose(once.precision, thrice.precision)


def test_the_order_of_what_is_told_does_not_matter(told):
    there, back = joined(told, 0.5, 0.3), joined(told[::-1], 0.5, 0.3)
    np.testing.assert_allclose(there.mean, back.mean)


def test_what_does_not_count_leaves_the_prior(told):
    found = joined(told, 0.0, 0.3)
    np.testing.assert_allclose(found.mean, 0)
    np.testing.assert_allclose(found.precision, np.eye(6))


def test_the_prior_expected_is_the_fit_as_it_was(anny, marks):
    plain, told = (
        list(fit_steps(anny, [marks], [CAMERA], expected=expected)) for expected in (None, Expectation.of_model(80))
    )
    np.testing.assert_allclose(plain[-1].identity, told[-1].identity)
    assert plain[-1].cost["total"] == pytest.approx(told[-1].cost["total"])


def test_the_gradient_is_that_of_the_cost(anny, rng, marks):
    root = rng.normal(size=(80, 80)) / 9
    expected = Expectation(rng.normal(size=80) / 2, np.eye(80) + root @ root.T)
    blind = FitStep(0, rng.normal(size=80), (), (), {}, expected=expected)
    gradient = NormalEquations.at(anny, blind, FitSettings(prior_weight=1.7)).gradient
    for direction in rng.normal(size=(4, 80)):
        ends = [expected.squared(blind.identity + step * direction) for step in (1e-4, -1e-4)]
        assert 2 * gradient @ direction == pytest.approx(1.7 * (ends[0] - ends[1]) / 2e-4, rel=1e-5)


def test_a_fit_begins_where_it_is_expected_and_is_drawn_there(anny, rng, marks):
    mean = np.where(np.arange(80) < 10, rng.normal(size=80), 0)
    sure = Expectation(mean, np.where(np.arange(80) < 10, 1e5, 1.0) * np.eye(80))
    first, *_, last = fit_steps(anny, [marks], [CAMERA], expected=sure)
    np.testing.assert_array_equal(first.identity, mean)
    np.testing.assert_allclose(last.identity[:10], mean[:10], atol=0.02)
    assert np.abs(last.identity[10:]).max() > 0.2
    # Going on from there expects the same.
    again = next(fit_steps(anny, [marks], [CAMERA], start=last))
    assert again.expected is sure and again.cost["total"] == pytest.approx(last.cost["total"], rel=1e-6)


def test_what_is_told_beforehand_counts_as_the_photos_word(anny, marks):
    """A fit that expects more is surer, and its prior, what is known before any photo, is the same."""
    plain, told = (
        list(fit_steps(anny, [marks], [CAMERA], expected=expected))[-1]
        for expected in (None, Expectation(np.zeros(80), 5 * np.eye(80)))
    )
    one, other = (Information.at(anny, step, FitSettings()) for step in (plain, told))
    known = calibration()
    np.testing.assert_allclose(one.prior_covariance(known), other.prior_covariance(known))
    assert np.trace(other.covariance(known)) < 0.8 * np.trace(one.covariance(known))
