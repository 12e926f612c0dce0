import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.projection import backproject, project, project_head, resize_camera
from facerecon.geometry.transforms import apply, camera_from_head_rotation, invert, rigid

CAMERA = Camera(640, 480, 700.0, np.array([321.5, 236.25]))


def points_in_view(rng, count=50):
    return np.column_stack([rng.normal(size=(count, 2)) * 80, rng.uniform(200, 900, count)])


def test_projection_is_the_matrix_of_the_camera():
    points = points_in_view(np.random.default_rng(0))
    homogeneous = points @ CAMERA.intrinsics.T
    np.testing.assert_allclose(project(CAMERA, points), homogeneous[:, :2] / homogeneous[:, 2:])


def test_points_on_a_ray_share_a_pixel():
    points = points_in_view(np.random.default_rng(1))
    np.testing.assert_allclose(project(CAMERA, points * 3.7), project(CAMERA, points))
    np.testing.assert_allclose(project(CAMERA, np.array([[0, 0, 5.0]])), [CAMERA.centre])


def test_backproject_round_trip():
    rng = np.random.default_rng(2)
    points = points_in_view(rng)
    np.testing.assert_allclose(backproject(CAMERA, project(CAMERA, points), points[:, 2]), points)
    pixels, depth = rng.uniform(0, 500, (30, 2)), rng.uniform(100, 1000, 30)
    np.testing.assert_allclose(project(CAMERA, backproject(CAMERA, pixels, depth)), pixels)


def test_head_points_round_trip():
    rng = np.random.default_rng(3)
    pose = rigid(camera_from_head_rotation(0.4, -0.1, 0.2), np.array([10, -20, 600.0]))
    head = rng.normal(size=(40, 3)) * 70
    pixels, depth = project_head(CAMERA, pose, head)
    assert (depth > 0).all()
    np.testing.assert_allclose(apply(invert(pose), backproject(CAMERA, pixels, depth)), head, atol=1e-9)


def test_the_subjects_left_and_up_in_the_picture():
    pose = rigid(camera_from_head_rotation(0, 0, 0), np.array([0, 0, 500.0]))
    pixels, depth = project_head(CAMERA, pose, np.array([[0, 0, 0], [50, 0, 0], [0, 50, 0], [0, 0, 50.0]]))
    assert pixels[1, 0] > pixels[0, 0] and pixels[2, 1] < pixels[0, 1] and depth[3] < depth[0]


@pytest.mark.parametrize("scale", [0.5, 0.37, 2.0, 1.0])
def test_resized_camera_keeps_pixel_areas(scale):
    points = points_in_view(np.random.default_rng(4))
    small = resize_camera(CAMERA, scale)
    np.testing.assert_allclose(project(small, points), (project(CAMERA, points) + 0.5) * scale - 0.5)
    assert (small.width, small.height) == (round(640 * scale), round(480 * scale))
    np.testing.assert_allclose(resize_camera(small, 1 / scale).centre, CAMERA.centre)
