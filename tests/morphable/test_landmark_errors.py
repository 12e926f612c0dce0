import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.landmark_errors import LandmarkErrors, head_axes, landmark_errors, terms

CAMERA = Camera(1000, 1000, 1500.0, np.array([499.5, 499.5]))
MEASURED = [("mediapipe", "mediapipe478"), ("mediapipe", "ibug68"), ("face-api-68", "ibug68")]


def pose(yaw, pitch=0.0, roll=0.0, distance=750.0):
    return rigid(camera_from_head_rotation(*np.radians([yaw, pitch, roll])), np.array([0, 0, distance]))


def test_axes_turn_with_the_head():
    axes, millimetres = head_axes(CAMERA, pose(0))
    np.testing.assert_allclose(axes, [[1, 0], [0, -1]], atol=1e-12)
    assert millimetres == pytest.approx(0.5)
    turned, _ = head_axes(CAMERA, pose(0, 0, 90))
    np.testing.assert_allclose(turned @ turned.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(np.abs(turned), [[0, 1], [1, 0]], atol=1e-12)


def test_terms_at_rest_are_the_constant():
    np.testing.assert_allclose(terms(pose(0)), [1, 0, 0, 0, 0, 0, 0], atol=1e-12)


def test_mean_by_hand():
    """Half a millimetre a pixel; one point errs by 1 mm upwards, and by 2 mm to the right where a head looks left."""
    polynomial = np.zeros((7, 1, 2))
    polynomial[0, 0], polynomial[1, 0] = [0, 1], [2, 0]
    lean, scores = np.zeros((2, 1, 1, 2)), np.zeros((3, 0))
    lean[0, 0, 0], lean[1, 0, 0] = [0, -1], [1, 0]
    errors = LandmarkErrors(polynomial, lean, scores, np.array([[[3.0, 0]]]), np.array([[4.0, 1]]), 1)
    np.testing.assert_allclose(errors.mean(CAMERA, pose(0)), [[0, -2]], atol=1e-12)
    np.testing.assert_allclose(errors.mean(CAMERA, pose(30)), [[2 * 0.5 / 0.5, -2]], atol=1e-12)
    np.testing.assert_allclose(np.abs(errors.mean(CAMERA, pose(0, 0, 90))), [[2, 0]], atol=1e-12)
    np.testing.assert_allclose(errors.mean(CAMERA, pose(30), np.array([2.0])), [[2 * (1 + 2 * 0.5), 2]], atol=1e-12)
    np.testing.assert_allclose(errors.jacobian(CAMERA, pose(30)), [[[1], [2]]], atol=1e-12)
    np.testing.assert_allclose(errors.std, [[5, 1]])


def test_every_landmarker_was_measured():
    for name in LANDMARKERS:
        assert landmark_errors(name, LANDMARKERS.load(name).scheme) is not None
    assert landmark_errors("mediapipe", "five") is landmark_errors(None, "mediapipe478") is None


@pytest.mark.parametrize("key", MEASURED)
def test_shapes_and_sizes(key):
    errors, count = landmark_errors(*key), scheme(key[1]).count
    assert errors.polynomial.shape == (7, count, 2) and errors.directions.shape[1:] == errors.rest.shape == (count, 2)
    assert errors.renders > 200
    assert 1 < np.median(errors.std) < 5
    sizes = np.linalg.norm(errors.directions, axis=(1, 2))
    assert (np.diff(sizes) <= 1e-2 * sizes[:-1]).all()  # half precision
    overlap = errors.directions.reshape(len(sizes), -1) / sizes[:, None]
    np.testing.assert_allclose(overlap @ overlap.T, np.eye(len(sizes)), atol=0.02)


@pytest.mark.parametrize("key", MEASURED)
def test_mirrored_pose_has_the_mirrored_error(key):
    mirror, errors = scheme(key[1]).mirror, landmark_errors(*key)
    left, right = errors.mean(CAMERA, pose(30, 8)), errors.mean(CAMERA, pose(-30, 8))
    np.testing.assert_allclose(left[mirror] * [-1, 1], right, atol=0.05)
    np.testing.assert_allclose(errors.std[mirror], errors.std, rtol=0.02)


def test_error_shrinks_with_distance_and_stays_plausible():
    errors = landmark_errors("mediapipe", "mediapipe478")
    near, far = errors.mean(CAMERA, pose(20)), errors.mean(CAMERA, pose(20, distance=1500.0))
    np.testing.assert_allclose(near, 2 * far, rtol=1e-9)
    millimetres = np.linalg.norm(near, axis=1) * 0.5
    assert 0.1 < np.median(millimetres) < 5


@pytest.mark.parametrize("key", MEASURED)
def test_error_grows_as_the_head_turns(key):
    sizes = [np.linalg.norm(landmark_errors(*key).mean(CAMERA, pose(yaw)), axis=1).mean() for yaw in (0, 25, 50)]
    assert sizes[0] < sizes[1] < sizes[2]


def test_the_two_landmarkers_mean_other_places_by_68_points():
    """MediaPipe's points are the head's own by definition; face-api's jaw lies a centimetre higher."""
    jaw = list(scheme("ibug68").groups["jaw"])
    up = [-landmark_errors(name, "ibug68").mean(CAMERA, pose(0))[jaw, 1].mean() * 0.5 for name in LANDMARKERS]
    assert abs(up[0]) < 3 < 7.9 < up[1]
