"""A scan's colours and pictures come back in photographs, seen from where they are."""

import numpy as np
import pytest
import scan_files as files

from facerecon.core.types import PointCloud
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import head_pose
from facerecon.scans.photographs import photograph, photograph_surfaces, studio
from facerecon.scans.read import open_scan

PIXELS = 200


@pytest.fixture(scope="module")
def coloured(anny):
    """The mean skin: red on its left, blue on its right."""
    skin = anny.skin(anny.mean)
    left = skin.vertices[:, :1] > 0
    return PointCloud(skin.vertices, colours=np.where(left, [[200, 20, 20]], [[20, 20, 200]]), triangles=skin.triangles)


def _share(image, mask, channel):
    return (image[mask > 0].argmax(axis=1) == channel).mean()


def test_cameras_stand_where_the_scan_can_be_seen(coloured):
    from facerecon.geometry.normals import vertex_normals

    normals = vertex_normals(coloured.points, coloured.triangles)
    assert len(studio(normals, PIXELS)) == 7
    front = studio(np.tile([0, 0, 1.0], (10, 1)), PIXELS)
    assert [round(np.degrees(head_pose(pose)[0])) for _, pose in front] == [0, 45, -45, 0]
    camera, pose = front[0]
    pixels, depth = project_head(camera, pose, coloured.points[coloured.points[:, 1] > -150])  # but for the neck
    assert ((pixels > 0) & (pixels < PIXELS)).all() and depth.min() > 300


@pytest.mark.parametrize("bare", [False, True], ids=["surface", "points"])
def test_colours_are_where_they_belong(coloured, bare):
    from facerecon.geometry.normals import vertex_normals

    cloud = coloured
    if bare:
        normals = vertex_normals(coloured.points, coloured.triangles)
        cloud = PointCloud(coloured.points, normals, coloured.colours)
    camera, pose = studio(np.tile([0, 0, 1.0], (10, 1)), PIXELS)[0]
    image, mask = photograph(cloud, camera, pose)
    assert mask.shape == (PIXELS, PIXELS) and 0.2 < mask.mean() < 0.6
    # The subject's left is on the right of the picture.
    assert _share(image[:, 110:], mask[:, 110:], 0) > 0.97 and _share(image[:, :90], mask[:, :90], 2) > 0.97


def test_pictures_of_surfaces_keep_their_detail():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    points = np.array([[-80.0, -95, 0], [80, -95, 0], [80, 65, 0], [-80, 65, 0]])
    triangles, uv = np.array([[0, 1, 2], [0, 2, 3]]), np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    beside = {"m.mtl": b"newmtl skin\nmap_Kd t.png\n", "t.png": files.png(image)}
    cloud, (surface,) = open_scan(files.obj(points, triangles, uv=uv, material="m.mtl"), "a.obj", beside)
    assert len(cloud) == 4 and np.array_equal(surface.image, image)
    camera, pose = studio(np.tile([0, 0, 1.0], (10, 1)), 400)[0]
    behind = np.eye(4)
    behind[2, 3] = -20.0
    seen, mask = photograph_surfaces([(surface, pose @ behind), (surface, pose)], camera)
    centre = (np.arange(64) + 0.5) / 64 * 160 - 80
    x, y = np.meshgrid(centre, -centre - 15)
    pixels, _ = project_head(camera, pose, np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)]))
    columns, rows = np.rint(pixels).astype(int).T
    assert mask[rows, columns].all()
    assert np.median(np.abs(seen[rows, columns].reshape(64, 64, 3).astype(int) - image)) < 60
    assert np.corrcoef(seen[rows, columns].ravel(), image.reshape(-1, 3).ravel())[0, 1] > 0.8
    assert open_scan(files.obj(points, triangles), "a.obj", {})[1] == ()
