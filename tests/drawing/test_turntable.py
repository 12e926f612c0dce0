"""A turn is checked on a shape whose every side is known."""

import numpy as np

from facerecon.core.types import Mesh
from facerecon.drawing.turntable import turned_camera, turntable
from facerecon.geometry.projection import project_head

BOX = np.array([[x, y, z] for x in (-70.0, 70) for y in (-120.0, 130) for z in (-90.0, 80)])
SIDES = [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4)]
MESH = Mesh(BOX, np.array([*SIDES, (1, 5, 7), (1, 7, 3)]))


def test_the_whole_head_is_seen_from_every_side():
    size = (200, 240)
    for yaw in np.linspace(0, 2 * np.pi, 25):
        camera, pose = turned_camera(MESH, size, yaw)
        pixels, depth = project_head(camera, pose, BOX)
        assert (depth > 0).all() and (pixels > 0).all() and (pixels < np.array(size) - 1).all()
        # It stays in the middle and does not come nearer.
        np.testing.assert_allclose(pose[:3, :3] @ [0, 5, -5] + pose[:3, 3], [0, 0, 5 * 250], atol=1e-9)


def test_it_begins_in_front_shows_the_right_side_then_and_closes():
    frames = list(turntable(MESH, 4, (60, 64), style="normals"))
    assert len(frames) == 4 and frames[0].shape == (64, 60, 3)
    widths = [(frame[32] != frame[0, 0]).any(axis=1).sum() for frame in frames]
    # 140 mm wide from the front, 170 from the side.
    assert widths[0] == widths[2] < widths[1] == widths[3]
    camera, pose = turned_camera(MESH, (60, 64), np.pi / 2)
    _, depth = project_head(camera, pose, np.array([[-70.0, 0, 0], [70, 0, 0]]))
    assert depth[0] < depth[1]  # +x is the subject's left
    first, last = (turned_camera(MESH, (60, 64), yaw)[1] for yaw in (0, 2 * np.pi))
    np.testing.assert_allclose(first, last, atol=1e-9)
