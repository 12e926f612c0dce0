from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.fitting import FitSettings, FitStep
from facerecon.morphable.normal_equations import NormalEquations, bounded_step, view_jacobian
from facerecon.morphable.observation import ViewState, observe

CAMERA = Camera(800, 600, 1400.0, np.array([399.5, 299.5]))


@pytest.fixture
def scene(anny, rng):
    pose = rigid(camera_from_head_rotation(0.2, -0.1, 0.1), np.array([20.0, -10, 800]))
    expression = rng.uniform(0.1, 0.5, 52)
    view = ViewState(CAMERA, pose, expression, expression * 0.5, 1300.0, 0.2, np.linspace(0.05, 0.5, 52))
    points = anny.landmarks("ibug68")
    detected = rng.normal(size=(len(points.triangle), 2)) * 3 + 300
    return rng.normal(size=80) * 0.5, view, Landmarks(detected, None, "ibug68")


def test_jacobian_equals_differences(anny, scene, rng):
    """A random direction through all parameters: the derivative is the limit of differences."""
    identity, view, marks = scene
    seen = observe(anny, marks, identity, view, 1.0, 3.0)
    by_identity, by_own = view_jacobian(anny, view, seen)
    direction = (
        rng.normal(size=80 + 59) * np.r_[np.full(80, 0.1), np.full(3, 0.01), np.full(3, 1.0), 0.01, np.full(52, 0.01)]
    )
    step = 1e-4
    equations = NormalEquations(np.eye(139), np.zeros(139), 80)
    moved = []
    for sign in (1, -1):
        other, (there,) = equations.moved(FitStep(0, identity, (view,), (seen,), {}), sign * step * direction)
        moved.append(observe(anny, marks, other, there, 1.0, 3.0).residuals.ravel())
    numeric = (moved[0] - moved[1]) / (2 * step)
    analytic = np.concatenate([by_identity, by_own], axis=1) @ direction
    np.testing.assert_allclose(analytic, numeric, atol=1e-3 * np.abs(numeric).max())


def test_gradient_is_half_the_cost_gradient_of_the_priors(anny, scene):
    """With landmarks that weigh nothing only the priors are left, whose gradient is known."""
    identity, view, marks = scene
    seen = observe(anny, marks, identity, view, 1e9, 3.0)
    equations = NormalEquations.at(anny, FitStep(0, identity, (view,), (seen,), {}), FitSettings())
    np.testing.assert_allclose(equations.gradient[:80], identity, atol=1e-6)
    np.testing.assert_allclose(equations.gradient[80:86], 0, atol=1e-6)
    assert equations.gradient[86] == pytest.approx(np.log(1400 / 1300) / 0.2**2, rel=1e-6)
    offset = (view.expression - view.scores) / view.scores_std**2
    np.testing.assert_allclose(equations.gradient[87:], offset, rtol=1e-6)


@pytest.mark.parametrize("landmarker", ["mediapipe", None])
def test_a_photo_pulls_down_the_slope_of_its_cost(anny, scene, rng, landmarker, monkeypatch):
    """The pull is half the gradient of what the photo costs, robust loss and correlated errors included."""
    monkeypatch.setattr("facerecon.morphable.whitening.REWEIGHTINGS", 10)
    identity, view, marks = scene
    true = observe(anny, replace(marks, landmarker=landmarker), identity, view, 1.0, 3.0)
    marks = replace(marks, points=marks.points + true.residuals + 3 * rng.normal(size=(68, 2)), landmarker=landmarker)
    seen = observe(anny, marks, identity, view, 1.0, 3.0)
    by_identity, _ = view_jacobian(anny, view, seen)
    _, pull = seen.normal(by_identity)
    direction = 0.1 * rng.normal(size=80)
    near = [observe(anny, marks, identity + sign * 1e-3 * direction, view, 1.0, 3.0) for sign in (1, -1)]
    there, back = (replace(one, importance=seen.importance).cost for one in near)  # what is hidden stays so
    assert 2 * pull @ direction == pytest.approx((there - back) / 2e-3, rel=0.05)


def test_size_is_not_guessed(anny, scene):
    identity, view, marks = scene
    seen = observe(anny, marks, identity, view, 1.0, 3.0)
    step = FitStep(0, identity, (view,), (seen,), {})
    lower, upper = NormalEquations.at(anny, step, FitSettings()).bounds(step)
    assert lower[anny.size_mode] == upper[anny.size_mode] == 0
    assert (lower[:59] < upper[:59]).all()


def test_bounded_step_without_bounds_solves_the_equations(rng):
    root = rng.normal(size=(12, 6))
    matrix, gradient = root.T @ root, rng.normal(size=6)
    far = np.full(6, np.inf)
    np.testing.assert_allclose(matrix @ bounded_step(matrix, gradient, -far, far, 0.0), -gradient, atol=1e-9)


def test_bounded_step_meets_the_conditions_of_a_minimum(rng):
    """Karush, Kuhn and Tucker: no slope inside, an outward slope at each bound."""
    for _ in range(20):
        root = rng.normal(size=(30, 8))
        matrix, gradient = root.T @ root + 5 * np.eye(8), rng.normal(size=8) * 30
        lower, upper = -rng.uniform(0, 0.5, 8), rng.uniform(0, 0.5, 8)
        delta = bounded_step(matrix, gradient, lower, upper, 0.0)
        assert (delta >= lower).all() and (delta <= upper).all()
        slope = matrix @ delta + gradient
        inside = (delta > lower + 1e-12) & (delta < upper - 1e-12)
        assert np.abs(slope[inside]).max(initial=0) < 1e-8
