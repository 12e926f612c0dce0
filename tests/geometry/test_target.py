"""Feet on surfaces and clouds, edges of scans, and triangles that are turned over."""

import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.geometry.folding import folded
from facerecon.geometry.target import Target

SIDE = 11


@pytest.fixture(scope="module")
def sheet():
    x, y = np.meshgrid(np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float))
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = (corner.ravel() for corner in (at[:-1, :-1], at[:-1, 1:], at[1:, :-1], at[1:, 1:]))
    triangles = np.concatenate([np.column_stack([a, b, d]), np.column_stack([a, d, c])])
    return np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)]), triangles


@pytest.mark.parametrize("solid", [True, False])
def test_feet_lie_below_their_points(sheet, rng, solid):
    vertices, triangles = sheet
    target = Target(PointCloud(vertices, triangles=triangles if solid else None))
    points = np.column_stack([rng.uniform(2, SIDE - 3, (50, 2)), rng.uniform(-1, 1, 50)])
    feet = target.feet(points)
    np.testing.assert_allclose(feet.points, points * [1, 1, 0], atol=1e-9)
    np.testing.assert_allclose(feet.distances, np.abs(points[:, 2]), atol=1e-9)
    np.testing.assert_allclose(np.abs(feet.normals), np.tile([0, 0, 1], (50, 1)), atol=1e-9)
    assert feet.inside.all()


@pytest.mark.parametrize("solid", [True, False])
def test_points_beyond_the_edge_have_no_correspondence(sheet, solid):
    vertices, triangles = sheet
    target = Target(PointCloud(vertices, triangles=triangles if solid else None))
    beyond = np.array([[-4.0, 5, 0.5], [SIDE + 3.0, SIDE + 3, 0], [5, SIDE + 4.0, -1]])
    assert not target.feet(beyond).inside.any()


def test_a_texture_seam_is_no_edge(sheet):
    vertices, triangles = sheet
    apart = vertices[triangles].reshape(-1, 3)  # every triangle has corners of its own
    feet = Target(PointCloud(apart, triangles=np.arange(len(apart)).reshape(-1, 3))).feet(vertices)
    inner = ((vertices[:, :2] > 0) & (vertices[:, :2] < SIDE - 1)).all(axis=1)
    np.testing.assert_array_equal(feet.inside, inner)


def test_a_scan_inside_out_is_taken_as_it_is_meant(sheet):
    vertices, triangles = sheet
    inner = vertices[(vertices[:, :2] > 1).all(axis=1) & (vertices[:, :2] < SIDE - 2).all(axis=1)]
    up = np.tile([0.0, 0, 1], (len(inner), 1))
    for winding in (triangles, triangles[:, ::-1]):
        target = Target(PointCloud(vertices, triangles=winding))
        assert target.feet(inner).trusted(up, 1.0, 0.9).all()


@pytest.mark.parametrize("points", [np.zeros((2, 3)), np.full((5, 3), np.nan)])
def test_what_is_no_scan_is_refused(points):
    with pytest.raises(ValueError, match="target"):
        Target(PointCloud(points))


def test_a_vertex_pushed_over_its_neighbours_folds_triangles(sheet):
    vertices, triangles = sheet
    after = vertices.copy()
    middle = SIDE * SIDE // 2
    assert not folded(vertices, after, triangles).any()
    after[middle, 0] += 3
    turned = folded(vertices, after, triangles)
    assert turned.any() and (triangles[turned] == middle).any(axis=1).all()
