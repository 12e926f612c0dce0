import numpy as np
import pytest

from facerecon.core.types import Camera, Photo
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.pose import DEFAULT_FOCAL, first_camera, first_pose

CAMERA = Camera(800, 600, 1400.0, np.array([399.5, 299.5]))


@pytest.mark.parametrize("degrees", [(0, 0, 0), (30, 10, -20), (-60, -15, 40), (5, 30, 170)])
def test_first_pose_is_near_and_rigid(anny, degrees):
    points = anny.landmarks("mediapipe478").on(anny.mean, anny.triangles)
    truth = rigid(camera_from_head_rotation(*np.radians(degrees)), np.array([60.0, -40, 900]))
    pixels, _ = project_head(CAMERA, truth, points)
    found = first_pose(CAMERA, pixels, points)
    np.testing.assert_allclose(found[:3, :3] @ found[:3, :3].T, np.eye(3), atol=1e-9)
    assert np.linalg.det(found[:3, :3]) == pytest.approx(1)
    turned = found[:3, :3] @ truth[:3, :3].T
    assert np.degrees(np.arccos((np.trace(turned) - 1) / 2)) < 8
    assert found[2, 3] == pytest.approx(900, rel=0.12)


def test_first_camera_uses_exif_else_the_default():
    image = np.zeros((600, 800, 3), np.uint8)
    assert first_camera(Photo(image, "", 1234.0, "")).focal == 1234
    plain = first_camera(Photo(image, "", None, ""))
    assert plain.focal == DEFAULT_FOCAL * 800
    np.testing.assert_array_equal(plain.centre, [399.5, 299.5])
