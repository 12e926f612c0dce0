"""Depth frames of one head, taken from several sides, become one cloud on the true surface."""

import numpy as np
import pytest
from depth_camera import render_depth
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.nearest import Surface
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_euler, vector_from_rotation
from facerecon.scanning.fusion import fuse
from facerecon.scans import DepthMap, depth_cloud

NOISE = 1.0


@pytest.fixture(scope="module")
def frames(subject):
    """Three noisy frames, 25 degrees apart, with their true poses."""
    rng = np.random.default_rng(0)
    clouds, poses = [], []
    for turn in (0, 25, -25):
        pose = subject.camera_from_head @ rigid(rotation_from_euler(np.radians(turn), 0, 0), np.zeros(3))
        depth = render_depth(subject.vertices, subject.triangles, subject.camera, pose)
        cloud = depth_cloud(DepthMap(depth + NOISE * rng.normal(size=depth.shape), subject.camera, subject.photo))
        clouds.append(cloud)
        poses.append(pose)
    return clouds, poses


def _errors(subject, pose, points, placed):
    """Gives distances to the true surface, of points that all frames have seen, mm."""
    seen = np.all([cKDTree(frame).query(points)[0] < 2.5 for frame in placed], axis=0)
    return Surface(subject.vertices, subject.triangles).nearest(apply(invert(pose), points[seen]))[0]


def test_three_frames_become_one_cloud(subject, frames):
    clouds, poses = frames
    rng = np.random.default_rng(1)
    starts = [np.eye(4)]
    for pose in poses[1:]:  # as landmarks find them: some degrees and millimetres wrong
        wrong = rigid(rotation_from_euler(*np.radians(rng.uniform(-4, 4, 3))), rng.uniform(-5, 5, 3))
        starts.append(poses[0] @ wrong @ invert(pose))
    found = fuse(clouds, starts)
    for pose, move in zip(poses, found.first_from_each, strict=True):
        left = invert(poses[0]) @ move @ pose  # the identity, where all is right
        assert np.degrees(np.linalg.norm(vector_from_rotation(left[:3, :3]))) < 0.5
        assert np.linalg.norm(apply(left, np.zeros((1, 3)))) < 1.0
    placed = [apply(move, cloud.points) for move, cloud in zip(found.first_from_each, clouds, strict=True)]
    one, all_ = (_errors(subject, poses[0], points, placed) for points in (placed[0], found.cloud.points))
    one, all_ = np.sqrt((one**2).mean()), np.sqrt((all_**2).mean())
    assert all_ < 0.35 * NOISE and all_ < 0.95 * one  # where all three see, noise is averaged
    assert found.cloud.colours is not None and np.allclose(np.linalg.norm(found.cloud.normals, axis=1), 1)
    covered = lambda cloud: np.linalg.norm(np.ptp(cloud.points, axis=0))  # noqa: E731
    assert covered(found.cloud) > covered(clouds[0])


def test_one_frame_stays_as_it_is(frames):
    found = fuse(frames[0][:1])
    assert found.cloud is frames[0][0] and np.array_equal(found.first_from_each[0], np.eye(4))


def test_clouds_without_shape_are_refused(frames):
    from facerecon.core.errors import CloudError

    line = PointCloud(np.arange(60.0).reshape(20, 3), np.tile([0, 0, 1.0], (20, 1)))
    with pytest.raises(CloudError):
        fuse([frames[0][0], line], [np.eye(4)] * 2)
