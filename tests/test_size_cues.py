"""Irises that we projected, and EXIF's distance, tell the distance that we put them at."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.iris import IRIS_MM
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.fitting import fit_steps
from facerecon.size_cues import WIDENED, size_cues

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))
GROUPS = scheme("mediapipe478").groups


def seen(anny, distance=600.0, yaw=0.0):
    """Projects the mean head's landmarks, with irises that are discs of the width of everybody's."""
    pose = rigid(camera_from_head_rotation(np.radians(yaw), 0, 0), np.array([0, 0, distance]))
    points = anny.landmarks("mediapipe478").on(anny.mean, anny.triangles)
    for side, pupil in zip(("right", "left"), GROUPS["pupils"], strict=True):
        ring = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]]) * IRIS_MM / 2 * np.exp(WIDENED)
        points[list(GROUPS[f"{side}_iris"])] = points[pupil] + ring
    marks = Landmarks(project_head(CAMERA, pose, points)[0], None, "mediapipe478", np.zeros(52))
    *_, last = fit_steps(anny, [marks], [CAMERA], focal_known=[True])
    return marks, last


def photo(distance=None):
    return Photo(np.zeros((1000, 1000, 3), np.uint8), "", None, "", distance)


def test_irises_tell_the_distance_over_the_focal_length(anny):
    marks, last = seen(anny)
    (cue,) = size_cues(anny, [photo()], [marks], last)
    assert cue.source == "iris" and cue.over_focal
    assert np.exp(cue.value) * CAMERA.focal == pytest.approx(600, rel=0.02)
    marks, last = seen(anny, 1200)
    (far,) = size_cues(anny, [photo()], [marks], last)
    assert far.own_std > cue.own_std


def test_irises_that_cannot_be_measured_tell_nothing(anny):
    marks, last = seen(anny)
    shut = marks.points.copy()
    for side in ("right", "left"):
        ring = list(GROUPS[f"{side}_eye"])
        shut[ring, 1] = shut[ring, 1].mean()
    assert size_cues(anny, [photo()], [replace(marks, points=shut)], last) == ()
    assert size_cues(anny, [photo()], [marks], seen(anny, yaw=40)[1]) == ()
    assert size_cues(anny, [photo()], [seen(anny, 5000)[0]], last) == ()


def test_the_camera_s_own_distance_is_used(anny):
    marks, last = seen(anny)
    iris, exif = size_cues(anny, [photo(612.0)], [marks], last)
    assert (exif.source, exif.over_focal) == ("exif", False) and np.exp(exif.value) == pytest.approx(612)
    assert iris.view == exif.view == 0
