"""A head that is larger or smaller than its prior thinks comes out nearer to its true size where something tells it."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable import HEADS
from facerecon.morphable.fitting import FitSettings, fit_steps
from facerecon.morphable.size import SizeCue, size_gradient, sized

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))
DISTANCE = 700.0
SETTINGS = FitSettings()


def fitted(head, identity, yaws=(0,), known=True):
    marks = []
    for yaw in yaws:
        pose = rigid(camera_from_head_rotation(np.radians(yaw), 0, 0), np.array([0, 0, DISTANCE]))
        points = head.landmarks("ibug68").on(head.shape(identity), head.triangles)
        marks.append(Landmarks(project_head(CAMERA, pose, points)[0], None, "ibug68", np.zeros(52)))
    cameras = [CAMERA] * len(marks)
    *_, last = fit_steps(head, marks, cameras, focal_known=[known] * len(marks), settings=SETTINGS)
    return marks, last


def large(head, by=0.06):
    """Gives the identity that grows the head by a share, and hardly anything else."""
    gradient = size_gradient(head)
    return by * gradient / (gradient @ gradient)


def iris(view=0, own=0.01, shared=0.01):
    return SizeCue("iris", view, float(np.log(DISTANCE / CAMERA.focal)), True, own, shared)


def size(head, identity):
    return float(size_gradient(head) @ identity)


@pytest.mark.parametrize("known", [True, False])
def test_an_iris_brings_the_size_nearer(anny, known):
    marks, last = fitted(anny, large(anny), known=known)
    before = size(anny, last.identity)
    moved, scale = sized(anny, marks, last, [iris()], SETTINGS)
    after, stated = size(anny, moved.identity), scale.relative_error
    assert abs(after - 0.06) < 0.5 * abs(before - 0.06)
    assert scale.source == "iris" and abs(after - 0.06) < 2 * stated
    # Size and distance change together: the points stay where they are.
    assert moved.residual_px < last.residual_px + 0.3
    assert moved.views[0].camera_from_head[2, 3] > last.views[0].camera_from_head[2, 3]


def test_a_known_distance_needs_a_known_focal_length(anny):
    cue = SizeCue("exif", 0, float(np.log(DISTANCE)), False, 0.01, 0.0)
    errors = [sized(anny, *fitted(anny, large(anny), known=known), [cue], SETTINGS)[1] for known in (True, False)]
    assert errors[0].source == "exif" and errors[0].relative_error < 0.75 * errors[1].relative_error


def test_photos_average_what_they_do_not_share(anny):
    marks, last = fitted(anny, large(anny), (0, 25, -25))
    one, three, alike = (
        sized(anny, marks, last, cues, SETTINGS)[1].relative_error
        for cues in (
            [iris(own=0.05, shared=0)],
            [iris(k, own=0.05, shared=0) for k in range(3)],
            [iris(k, own=1e-4, shared=0.05) for k in range(3)],
        )
    )
    assert three < 0.9 * one
    assert alike == pytest.approx(one, rel=0.02)


def test_a_weak_cue_neither_moves_nor_is_named(anny):
    marks, last = fitted(anny, large(anny))
    moved, scale = sized(anny, marks, last, [replace(iris(), own_std=2.0)], SETTINGS)
    still, average = sized(anny, marks, last, [], SETTINGS)
    assert scale.source == average.source == "model_average" and still is last
    assert scale.relative_error == pytest.approx(average.relative_error, rel=0.01)
    np.testing.assert_allclose(moved.identity, last.identity, atol=0.02)


def test_a_rigid_head_keeps_its_size():
    head = HEADS.create("canonical")
    step = object()
    assert sized(head, [], step, [iris()], SETTINGS)[0] is step
