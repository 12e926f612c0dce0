import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.registration.normals import estimate_normals, with_normals


def test_normals_of_a_sphere_point_outwards(rng):
    points = rng.normal(size=(2000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    agree = np.einsum("nk,nk->n", estimate_normals(100 * points + [5, 6, 700]), points)
    assert agree.min() > 0.97


def test_normals_of_a_head_agree_with_its_surface(head):
    truth = vertex_normals(head.points, head.triangles)
    found = estimate_normals(head.points)
    agree = np.einsum("nk,nk->n", found, truth)[truth.any(axis=1)]
    assert (agree > 0).mean() > 0.95
    assert np.median(agree) > 0.97


def test_open_face_has_its_normals_towards_the_outside(anny):
    face = anny.face_region > 0.5
    skin = anny.skin(anny.mean)
    rows = np.flatnonzero(face[: len(skin.vertices)])
    normals = estimate_normals(skin.vertices[rows])
    truth = vertex_normals(skin.vertices, skin.triangles)[rows]
    assert (np.einsum("nk,nk->n", normals, truth) > 0).mean() > 0.9


def test_absent_normals_are_filled_in(head):
    own = vertex_normals(head.points, head.triangles).copy()
    own[::7] = 0
    own[3] = np.nan
    filled = with_normals(PointCloud(head.points, 3 * own)).normals
    assert np.allclose(np.linalg.norm(filled, axis=1), 1)
    assert np.allclose(filled[1], own[1])
