"""A film of landmarks that were projected: the weights that made it come back, whatever the landmarker adds to all."""

import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.motion import moved

NAMES = ("browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight", "jawOpen")


@pytest.fixture(scope="module")
def film(anny):
    """Of somebody who rests in two pictures: true weights, landmarks, cameras."""
    rng = np.random.default_rng(4)
    identity, camera = 0.5 * rng.normal(size=80), Camera(480, 600, 900.0, np.array([239.5, 299.5]))
    weights = np.zeros((8, 52))
    weights[2:][:, [anny.expression_names.index(name) for name in NAMES]] = rng.uniform(0, 0.9, (6, len(NAMES)))
    marks, always = anny.landmarks("mediapipe478"), rng.normal(0, 2, (478, 2))  # px: wrong in every picture alike
    landmarks = []
    for row in weights:
        yaw, pitch = np.radians(rng.uniform(-8, 8, 2))
        pose = rigid(camera_from_head_rotation(yaw, pitch, 0), rng.normal(0, 5, 3) + (0, 0, 700))
        pixels, _ = project_head(camera, pose, marks.on(anny.shape(identity, row), anny.triangles))
        landmarks.append(Landmarks(pixels + always + rng.normal(0, 0.1, pixels.shape), None, "mediapipe478", row))
    return weights, landmarks, [camera] * len(weights)


@pytest.fixture(scope="module")
def rows(anny):
    return [anny.expression_names.index(name) for name in NAMES]


def test_weights_come_back_though_they_are_expected_to_be_small(anny, film, rows):
    weights, landmarks, cameras = film
    found = moved(anny, landmarks, cameras, np.array([0, 1]), 0.2 * weights, np.full(52, 0.5))
    error = np.abs(found - weights)[:, rows]
    assert error.mean() < 0.12 and error.mean() < 0.5 * np.abs(0.8 * weights[:, rows]).mean()
    assert np.corrcoef(found[:, rows].ravel(), weights[:, rows].ravel())[0, 1] > 0.9


def test_what_is_sure_stays(anny, film):
    weights, landmarks, cameras = film
    found = moved(anny, landmarks, cameras, np.array([0, 1]), weights, np.full(52, 1e-3))
    np.testing.assert_allclose(found, weights, atol=5e-3)


def test_rest_need_not_be_without_expression(anny, film, rows):
    """The same pictures without those at rest, of which one is told how it looks."""
    weights, landmarks, cameras = film
    found = moved(anny, landmarks[2:], cameras[2:], np.array([0]), weights[2:], np.full(52, 0.3))
    assert np.abs(found - weights[2:])[:, rows].mean() < 0.08
