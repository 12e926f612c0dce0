"""Heads that we made are found again from landmarks that we projected."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import apply, camera_from_head_rotation, rigid
from facerecon.morphable import HEADS
from facerecon.morphable.fitting import FitSettings, as_fit, fit, fit_steps, size_spread
from facerecon.morphable.landmark_errors import landmark_errors

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))
POSES = [(0, 0, 0), (20, 5, 10), (-25, -8, -5)]
EXACT = FitSettings(noise=0.05)
"""These landmarks err by nothing but their mean error."""


def photograph(head, identity, expression, degrees, found=("mediapipe", "mediapipe478")):
    """Projects a head's landmarks as a landmarker would see them: with its mean error at that pose and identity."""
    landmarker, scheme = found
    pose = rigid(camera_from_head_rotation(*np.radians(degrees)), np.array([10.0, 20.0, 700.0]))
    points = head.landmarks(scheme).on(head.shape(identity, expression), head.triangles)
    pixels = project_head(CAMERA, pose, points)[0] + landmark_errors(*found).mean(CAMERA, pose, identity)
    return pose, Landmarks(pixels, None, scheme, expression if landmarker == "mediapipe" else None, landmarker)


def angle_between(first, second):
    turned = first[:3, :3] @ second[:3, :3].T
    return np.degrees(np.arccos(np.clip((np.trace(turned) - 1) / 2, -1, 1)))


def subject(head, rng):
    identity = rng.normal(size=80) * np.r_[np.full(60, 0.8), np.full(20, 0.3)]
    expression = np.zeros(52)
    for name in ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp"):
        expression[head.expression_names.index(name)] = 0.4
    return identity, expression


def face_error(head, found, truth):
    """Mean distance of the face's vertices in mm, size and place apart: one photo tells neither."""
    face = head.face_region > 0.9
    fitted, true = head.shape(found)[face], head.shape(truth)[face]
    return np.linalg.norm(apply(procrustes(fitted, true, scale=True), fitted) - true, axis=1).mean()


@pytest.mark.parametrize("degrees", POSES)
def test_one_photo_is_recovered(anny, rng, degrees):
    identity, expression = subject(anny, rng)
    pose, marks = photograph(anny, identity, expression, degrees)
    found = fit(anny, [marks], [CAMERA], focal_known=[True], settings=EXACT)
    assert angle_between(found.views[0].camera_from_head, pose) < 2
    assert face_error(anny, found.identity, identity) < 0.7 * face_error(anny, np.zeros(80), identity)
    eyes = np.linalg.norm(marks.points[33] - marks.points[263])
    assert np.median(found.views[0].residuals) < 0.01 * eyes
    assert found.views[0].expression[anny.expression_names.index("jawOpen")] > 0.2


@pytest.mark.parametrize("found", [("face-api-68", "ibug68"), ("mediapipe", "ibug68")])
@pytest.mark.parametrize("degrees", POSES)
def test_68_points_tell_pose_and_shape_too(anny, rng, found, degrees):
    identity = rng.normal(size=80) * np.r_[np.full(60, 0.8), np.full(20, 0.3)]
    pose, marks = photograph(anny, identity, np.zeros(52), degrees, found)
    fitted = fit(anny, [marks], [CAMERA], focal_known=[True], settings=FitSettings(noise=0.5))
    assert angle_between(fitted.views[0].camera_from_head, pose) < 3
    assert face_error(anny, fitted.identity, identity) < 0.8 * face_error(anny, np.zeros(80), identity)


def test_points_that_nobody_found_have_no_mean_error(anny):
    """The same points make another head when a landmarker's habits are not known."""
    _, marks = photograph(anny, np.zeros(80), np.zeros(52), (20, 5, 0), ("face-api-68", "ibug68"))
    known, unknown = (
        fit(anny, [one], [CAMERA], focal_known=[True]) for one in (marks, replace(marks, landmarker=None))
    )
    assert np.median(known.views[0].residuals) < 0.3 * np.median(unknown.views[0].residuals)
    assert np.linalg.norm(known.identity) < 0.5 * np.linalg.norm(unknown.identity)


def test_three_photos_do_better_than_one(anny, rng):
    identity, expression = subject(anny, rng)
    taken = [photograph(anny, identity, expression, degrees)[1] for degrees in POSES]
    alone = fit(anny, taken[:1], [CAMERA], focal_known=[True])
    together = fit(anny, taken, [CAMERA] * 3, focal_known=[True] * 3)
    assert len(together.views) == 3
    assert face_error(anny, together.identity, identity) < face_error(anny, alone.identity, identity)


def test_the_order_of_photos_does_not_matter(anny, rng):
    identity, expression = subject(anny, rng)
    taken = [photograph(anny, identity, expression, degrees)[1] for degrees in POSES[:2]]
    there = fit(anny, taken, [CAMERA] * 2)
    back = fit(anny, taken[::-1], [CAMERA] * 2)
    np.testing.assert_allclose(there.identity, back.identity, atol=1e-6)


def test_steps_are_replayable(anny, rng):
    identity, expression = subject(anny, rng)
    _, marks = photograph(anny, identity, expression, POSES[1])
    steps = list(fit_steps(anny, [marks], [CAMERA]))
    totals = [step.cost["total"] for step in steps]
    assert [step.iteration for step in steps] == list(range(len(steps)))
    assert all(a > b for a, b in zip(totals, totals[1:], strict=False))
    assert steps[-1].residual_px < 0.5 * steps[0].residual_px
    np.testing.assert_array_equal(as_fit(anny, steps[-1]).identity, steps[-1].identity)


def test_expressions_stay_in_bounds(anny, rng):
    identity, _ = subject(anny, rng)
    wild = np.where(rng.random(52) > 0.5, 1.0, 0.0)
    _, marks = photograph(anny, identity, wild, (0, 0, 0))
    for step in fit_steps(anny, [marks], [CAMERA]):
        expression = step.views[0].expression
        assert expression.min() >= 0 and expression.max() <= 1


def test_outliers_hardly_matter(anny, rng):
    identity, expression = subject(anny, rng)
    pose, marks = photograph(anny, identity, expression, (0, 0, 0))
    spoilt = marks.points.copy()
    spoilt[rng.choice(478, 40, replace=False)] += rng.normal(0, 60, (40, 2))
    found = fit(anny, [replace(marks, points=spoilt)], [CAMERA], focal_known=[True])
    assert angle_between(found.views[0].camera_from_head, pose) < 3


def test_a_symmetric_face_stays_symmetric(anny):
    _, marks = photograph(anny, np.zeros(80), np.zeros(52), (0, 0, 0))
    found = fit(anny, [marks], [CAMERA])
    assert np.abs(found.identity[60:]).max() < 0.1


def test_a_rigid_head_fits_too(rng):
    head = HEADS.create("canonical")
    pose = rigid(camera_from_head_rotation(0.3, 0.1, 0.05), np.array([0, 0, 600.0]))
    points = head.landmarks("mediapipe478").on(head.mean, head.triangles)
    pixels, _ = project_head(CAMERA, pose, points)
    marks = Landmarks(pixels, None, "mediapipe478", np.zeros(52))
    found = fit(head, [marks], [CAMERA], focal_known=[True])
    assert angle_between(found.views[0].camera_from_head, pose) < 0.5
    assert len(found.identity) == 0


def test_scale_says_where_it_comes_from(anny):
    assert 0.01 < size_spread(anny) < 0.1


def test_wrong_numbers_are_refused(anny):
    with pytest.raises(ValueError, match="camera"):
        list(fit_steps(anny, [], []))


def test_settings_change_the_result(anny, rng):
    identity, expression = subject(anny, rng)
    _, marks = photograph(anny, identity, expression, (10, 0, 0))
    loose = fit(anny, [marks], [CAMERA], settings=FitSettings(noise=0.5))
    stiff = fit(anny, [marks], [CAMERA], settings=FitSettings(noise=8.0))
    assert np.linalg.norm(loose.identity) > np.linalg.norm(stiff.identity)


def test_a_fit_goes_on_from_an_earlier_one(anny, rng):
    identity, expression = subject(anny, rng)
    _, marks = photograph(anny, identity, expression, (10, 5, 0))
    once = list(fit_steps(anny, [marks], [CAMERA]))
    again = list(fit_steps(anny, [marks], [CAMERA], start=once[-1]))
    assert len(again) <= len(once)
    assert again[-1].cost["total"] <= once[-1].cost["total"]
    # The priors stay those of the landmarks, wherever the fit begins: both ways end in one place.
    lower = marks.points + [0, 6] * (marks.points > marks.points.mean(axis=0))
    longer = Landmarks(lower, None, marks.scheme, expression)
    cold, warm = (list(fit_steps(anny, [longer], [CAMERA], start=start))[-1] for start in (None, once[-1]))
    assert warm.views[0].prior_focal == cold.views[0].prior_focal
    np.testing.assert_array_equal(warm.views[0].scores, cold.views[0].scores)
    assert warm.cost["total"] < 1.05 * cold.cost["total"]
    assert np.linalg.norm(anny.shape(warm.identity) - anny.shape(cold.identity), axis=1).mean() < 1


def test_the_priors_weight_leads_from_every_pixel_to_the_mean_head(anny, rng):
    identity, expression = subject(anny, rng)
    _, marks = photograph(anny, identity, expression, (10, 0, 0))
    noisy = Landmarks(
        marks.points + rng.normal(0, 2.0, marks.points.shape), None, marks.scheme, expression, marks.landmarker
    )
    found = []
    for weight in (0.01, 1.0, 1e5):
        *_, last = fit_steps(anny, [noisy], [CAMERA], settings=FitSettings(noise=0.3, prior_weight=weight))
        assert last.cost["identity"] == pytest.approx(weight * float(last.identity @ last.identity))
        found.append((last.residual_px, np.linalg.norm(last.identity), face_error(anny, last.identity, identity)))
    residual, away, error = np.array(found).T
    assert (np.diff(residual) > 0).all() and (np.diff(away) < 0).all()
    assert away[-1] < 0.02 and error[1] < min(error[0], error[2])
