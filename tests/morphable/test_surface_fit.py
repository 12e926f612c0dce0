"""A head is made, moved and scanned; its shape and pose are found again."""

import numpy as np
import pytest

from facerecon.core.errors import NoFaceError
from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector
from facerecon.morphable.surface_fit import SurfaceFitSettings, fit_surface, surface_fit_steps

SCAN_FROM_HEAD = rigid(rotation_from_vector([0.3, -2.0, 0.4]), [30, -80, 500])


def identity_of(anny, rng):
    return rng.normal(0, 0.8, len(anny.identity_basis))


@pytest.fixture(scope="module")
def scanned(anny):
    rng = np.random.default_rng(5)
    expression = np.zeros(len(anny.expression_basis))
    expression[anny.expression_names.index("jawOpen")] = 0.4
    vertices = anny.shape(identity_of(anny, rng), expression)
    marks = anny.landmarks("ibug68").on(vertices, anny.triangles)
    skin = anny.triangles[anny.parts == 0]
    face = (anny.face_region > 0.3)[skin].all(axis=1)
    cloud = PointCloud(apply(SCAN_FROM_HEAD, vertices), triangles=skin[face])
    return vertices, cloud, apply(SCAN_FROM_HEAD, marks)


def face_error(anny, fit, vertices):
    face = anny.face_region > 0.5
    true = apply(fit.head_from_scan @ SCAN_FROM_HEAD, vertices)
    return np.median(np.linalg.norm(fit.vertices - true, axis=1)[face])


def test_shape_and_pose_are_found(anny, scanned):
    vertices, cloud, marks = scanned
    steps = list(surface_fit_steps(anny, cloud, landmarks=marks))
    assert steps[-1].residual < 0.3
    assert face_error(anny, steps[-1], vertices) < 0.8 < face_error(anny, steps[0], vertices)
    linear = steps[-1].head_from_scan[:3, :3]
    np.testing.assert_allclose(linear @ linear.T, np.eye(3), atol=1e-9)
    assert steps[-1].expression[anny.expression_names.index("jawOpen")] > 0.15


def test_points_with_noise_and_a_first_pose_do_too(anny, scanned):
    vertices, cloud, _ = scanned
    rng = np.random.default_rng(6)
    points = PointCloud(cloud.points + rng.normal(0, 0.5, cloud.points.shape))
    near = rigid(rotation_from_vector([0.05, 0.05, -0.05]), [3, -3, 3]) @ invert(SCAN_FROM_HEAD)
    fit = fit_surface(anny, points, head_from_scan=near)
    assert face_error(anny, fit, vertices) < 2.0


def test_the_unit_is_found(anny, scanned):
    _, cloud, marks = scanned
    inches = PointCloud(cloud.points / 25.4, triangles=cloud.triangles)
    fit = fit_surface(anny, inches, landmarks=marks / 25.4, settings=SurfaceFitSettings(scale=True))
    larger = identity_of(anny, np.random.default_rng(5))[anny.size_mode] * anny.identity_basis[anny.size_mode]
    size = 1 + (larger * anny.mean).sum() / (anny.mean**2).sum()  # which no scan of an unknown unit tells
    assert np.cbrt(np.linalg.det(fit.head_from_scan[:3, :3])) == pytest.approx(25.4 / size, rel=0.06)
    assert fit.residual < 0.5


def test_unknown_landmarks_are_left_out(anny, scanned):
    vertices, cloud, marks = scanned
    some = marks.copy()
    some[:30] = np.nan
    assert face_error(anny, fit_surface(anny, cloud, landmarks=some), vertices) < 1.5


def test_landmarks_behind_an_eye_that_was_not_scanned_do_not_pull(anny, scanned):
    vertices, cloud, marks = scanned
    away = marks.copy()
    away[36:48] = apply(SCAN_FROM_HEAD, apply(invert(SCAN_FROM_HEAD), marks[36:48]) - [0, 0, 30])
    away[0] = np.nan
    fit = fit_surface(anny, cloud, landmarks=away)
    assert face_error(anny, fit, vertices) < 0.8
    assert fit.landmark_weights[36:48].max() < 0.05 < 0.8 < np.median(fit.landmark_weights[48:])
    assert fit.landmark_weights[0] == 0


def test_a_scan_elsewhere_is_refused(anny, scanned):
    _, cloud, _ = scanned
    with pytest.raises(NoFaceError) as error:
        fit_surface(anny, cloud, head_from_scan=np.eye(4))
    assert error.value.advice == "scan_apart"


def test_a_start_is_needed(anny, scanned):
    with pytest.raises(ValueError, match="pose"):
        fit_surface(anny, scanned[1])
