import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.landmark_errors import head_axes, mean_error, polynomial

CAMERA = Camera(1000, 1000, 1500.0, np.array([499.5, 499.5]))


def pose(yaw, pitch=0.0, roll=0.0, distance=750.0):
    return rigid(camera_from_head_rotation(*np.radians([yaw, pitch, roll])), np.array([0, 0, distance]))


def test_axes_turn_with_the_head():
    axes, millimetres = head_axes(CAMERA, pose(0))
    np.testing.assert_allclose(axes, [[1, 0], [0, -1]], atol=1e-12)
    assert millimetres == pytest.approx(0.5)
    turned, _ = head_axes(CAMERA, pose(0, 0, 90))
    np.testing.assert_allclose(turned @ turned.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(np.abs(turned), [[0, 1], [1, 0]], atol=1e-12)


def test_polynomial_at_rest_is_its_constant():
    np.testing.assert_allclose(polynomial(pose(0)), [1, 0, 0, 0, 0, 0, 0], atol=1e-12)


def test_mirrored_pose_has_the_mirrored_error():
    mirror = scheme("mediapipe478").mirror
    left, right = mean_error(CAMERA, pose(30, 8)), mean_error(CAMERA, pose(-30, 8))
    np.testing.assert_allclose(left[mirror] * [-1, 1], right, atol=0.05)


def test_error_shrinks_with_distance_and_stays_plausible():
    near, far = mean_error(CAMERA, pose(20)), mean_error(CAMERA, pose(20, distance=1500.0))
    np.testing.assert_allclose(near, 2 * far, rtol=1e-9)
    millimetres = np.linalg.norm(near, axis=1) * 0.5
    assert 0.1 < np.median(millimetres) < 5


def test_error_grows_as_the_head_turns():
    sizes = [np.linalg.norm(mean_error(CAMERA, pose(yaw)), axis=1).mean() for yaw in (0, 25, 50)]
    assert sizes[0] < sizes[1] < sizes[2]
