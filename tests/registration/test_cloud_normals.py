import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.transforms import rotation_from_vector
from facerecon.registration.normals import estimate_normals, with_normals


def test_normals_of_a_sphere_point_outwards(rng):
    points = rng.normal(size=(2000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    agree = np.einsum("nk,nk->n", estimate_normals(100 * points + [5, 6, 700]), points)
    assert agree.min() > 0.97


@pytest.fixture(scope="module")
def seen(head):
    """`(V,)` bool: vertices that a scanner around the head sees, not those inside of mouth and nostrils."""
    found = np.zeros(len(head.points), dtype=bool)
    for yaw in np.radians(range(0, 360, 45)):
        right, up, near = (head.points @ rotation_from_vector([0, yaw, 0]).T).T
        flat = np.column_stack([right - right.min(), up.max() - up])
        height, width = np.ceil(flat.max(axis=0)[::-1]).astype(int) + 1
        raster = rasterize(flat, near.max() + 1 - near, head.triangles, height, width, perspective=False)
        found[head.triangles[np.unique(raster.triangle[raster.covered])]] = True
    return found


def test_normals_of_a_head_agree_with_its_surface(head, seen):
    agree = np.einsum("nk,nk->n", estimate_normals(head.points[seen]), _truth(head)[seen])
    assert (agree > 0).mean() > 0.95
    assert np.median(agree) > 0.97


def test_open_face_has_its_normals_towards_the_outside(head, seen, anny):
    rows = seen & (anny.face_region[: len(head.points)] > 0.5)
    agree = np.einsum("nk,nk->n", estimate_normals(head.points[rows]), _truth(head)[rows])
    assert (agree > 0).mean() > 0.95


def _truth(head):
    return vertex_normals(head.points, head.triangles)


def test_absent_normals_are_filled_in(head):
    own = vertex_normals(head.points, head.triangles).copy()
    own[::7] = 0
    own[3] = np.nan
    filled = with_normals(PointCloud(head.points, 3 * own)).normals
    assert np.allclose(np.linalg.norm(filled, axis=1), 1)
    assert np.allclose(filled[1], own[1])
