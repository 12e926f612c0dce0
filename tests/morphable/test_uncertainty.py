"""What a fit states is what happens to people who are drawn from the prior and seen with the noise that it believes."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.evaluation.coverage import Coverage
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable import HEADS
from facerecon.morphable.fitting import FitSettings, as_fit, fit_steps
from facerecon.morphable.uncertainty import Calibration, Surface, calibration, from_photos, with_std

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))
EXACT = Calibration(noise=1, prior=1, rest=0, cost=1, sensitivity=0, size=1)
SETTINGS = FitSettings(tolerance=1e-5)


def photograph(head, identity, yaw, rng):
    """Projects landmarks with the noise that the fit believes in; nobody's mean error is taken off them."""
    pose = rigid(camera_from_head_rotation(np.radians(yaw), 0, 0), np.array([0, 0, 700.0]))
    points = head.landmarks("ibug68").on(head.shape(identity), head.triangles)
    sigma = head.landmark_spread("ibug68") * CAMERA.focal / 700
    pixels = project_head(CAMERA, pose, points)[0] + rng.normal(size=(68, 2)) * sigma[:, None]
    return Landmarks(pixels, None, "ibug68", np.zeros(52))


def fitted(head, marks, known=EXACT):
    *_, last = fit_steps(head, marks, [CAMERA] * len(marks), focal_known=[True] * len(marks), settings=SETTINGS)
    return with_std(head, as_fit(head, last), last, SETTINGS, known)


def distances(head, found, identity):
    """Measures by definition how far the true surface lies along the normals, `(V,)` mm, in the stated gauge."""
    vertices, surface = head.shape(found), Surface(head, found)
    normals = vertex_normals(vertices, head.triangles)
    moved = ((head.shape(identity) - vertices) * normals).sum(axis=1)
    return moved - surface.similar @ surface.gauge(moved)


def test_stated_errors_hold_for_people_of_the_prior(anny, rng):
    errors, stated, before = [], [], []
    face = anny.face_region > 0.5
    for _ in range(16):
        identity = rng.normal(size=80)
        found = fitted(anny, [photograph(anny, identity, rng.uniform(-25, 25), rng)])
        errors.append(distances(anny, found.identity, identity)[face])
        stated.append(found.std[face])
        before.append(found.prior_std[face])
    got = Coverage.of(np.concatenate(errors), np.concatenate(stated))
    assert got.at68 == pytest.approx(0.68, abs=0.08) and got.at95 == pytest.approx(0.95, abs=0.04)
    assert got.stated < 0.8 * np.sqrt(np.square(before).mean())


def test_more_photos_and_a_finer_eye_make_surer(anny, rng):
    identity = rng.normal(size=80)
    marks = [photograph(anny, identity, yaw, rng) for yaw in (0, -30, 30)]
    one, three = fitted(anny, marks[:1]), fitted(anny, marks)
    face = anny.face_region > 0.9
    assert np.median(three.std[face]) < 0.9 * np.median(one.std[face])
    assert (one.std <= one.prior_std + 1e-9).all()
    assert from_photos(three)[face].mean() > from_photos(one)[face].mean()
    blunt = fitted(anny, marks[:1], replace(EXACT, noise=2, rest=0.5))
    assert (blunt.std > np.hypot(one.std, 0.499)).all()


def test_what_lies_around_the_face_is_less_sure_than_the_prior_says(anny, rng):
    marks = [photograph(anny, rng.normal(size=80), 0, rng)]
    usual, wary = fitted(anny, marks), fitted(anny, marks, replace(EXACT, beyond=1.5))
    np.testing.assert_allclose(wary.std, usual.std * (1.5 - 0.5 * anny.face_region))
    np.testing.assert_allclose(from_photos(wary), from_photos(usual))


def test_a_fit_that_misses_is_less_sure(anny, rng):
    known = replace(calibration(), cost=1e9)
    marks = [photograph(anny, rng.normal(size=80), 0, rng)]
    usual, better = (
        fitted(anny, marks, replace(known, sensitivity=0)),
        fitted(anny, marks, replace(known, sensitivity=1)),
    )
    np.testing.assert_allclose(better.std, usual.std * np.sqrt(0.5))
    np.testing.assert_allclose(from_photos(better), from_photos(usual))


def test_position_turn_and_size_are_not_counted(anny):
    class Moving(HEADS.load("anny")):
        """A head whose identity is nothing but position, turn and size."""

        def __init__(self):
            super().__init__()
            x, y, z = self.mean.T
            nothing = np.zeros_like(x)
            moves = [np.ones_like(self.mean) * axis for axis in np.eye(3)]
            turns = [[nothing, -z, y], [z, nothing, -x], [-y, x, nothing]]
            self.identity_basis = np.stack([*moves, *(np.stack(turn, axis=1) for turn in turns), self.mean])

    head = Moving()
    assert np.abs(Surface(head, np.zeros(7)).by_identity).max() < 1e-6 * np.abs(head.mean).max()
    assert np.abs(Surface(anny, np.zeros(80)).by_identity).max() > 1


def test_a_head_without_a_shape_of_its_own_states_nothing(anny):
    head = HEADS.create("canonical")
    points = head.landmarks("mediapipe478").on(head.mean, head.triangles)
    pose = rigid(camera_from_head_rotation(0, 0, 0), np.array([0, 0, 700.0]))
    marks = Landmarks(project_head(CAMERA, pose, points)[0], None, "mediapipe478")
    assert fitted(head, [marks]).std is None
