import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.outline import TURNED_AWAY, facing, slide


def pose(yaw):
    return rigid(camera_from_head_rotation(np.radians(yaw), 0, 0), np.array([0, 0, 700.0]))


def test_facing_is_the_cosine_of_the_view_angle(anny):
    cosine = facing(anny, anny.mean, pose(0))
    assert np.abs(cosine).max() <= 1 + 1e-9
    tip = anny.landmarks("ibug68").triangle[30]
    assert cosine[anny.triangles[tip]].min() > 0.5
    back = anny.mean[:, 2] < -150
    assert cosine[back].max() < 0.3


@pytest.mark.parametrize("yaw", [25, 45, -45])
def test_the_far_side_slides_to_the_outline(anny, yaw):
    """Slid points reach at least as far out in the photo as the landmarks' own spots, and are seen."""
    there = pose(yaw)
    cosine = facing(anny, anny.mean, there)
    marks = anny.landmarks("mediapipe478")
    own = marks.on(cosine[:, None], anny.triangles)[:, 0]
    rows, vertices = slide(anny, cosine, own)
    assert len(rows) > 4
    camera = Camera(1000, 1000, 1500.0, np.array([499.5, 499.5]))
    before = project_head(camera, there, marks.on(anny.mean, anny.triangles)[rows])[0]
    after = project_head(camera, there, anny.mean[vertices])[0]
    side = before[:, 0].mean() - project_head(camera, there, np.zeros((1, 3)))[0][0, 0]
    far = np.sign(before[:, 0] - 499.5) == np.sign(side)
    outward = (after - before)[far, 0] * np.sign(side)
    assert np.median(outward) > 0
    assert (np.abs(cosine[vertices]) < 0.6).all()


def test_nothing_slides_that_faces_the_camera(anny):
    cosine = np.ones(len(anny.mean))
    rows, vertices = slide(anny, cosine, np.full(478, TURNED_AWAY + 0.01))
    assert len(rows) == len(vertices) == 0


def test_candidates_lie_near_their_landmark_and_are_symmetric(anny):
    rows, candidates = anny.outline()
    points = anny.landmarks("mediapipe478").on(anny.mean, anny.triangles)[rows]
    offset = np.linalg.norm(anny.mean[candidates] - points[:, None], axis=2)
    assert offset.min(axis=1).max() < 15 and offset.max() < 75
