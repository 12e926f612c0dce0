import numpy as np
import pytest

from facerecon.core.errors import CloudError, SettingsError
from facerecon.core.types import PointCloud
from facerecon.registration import MATCHERS
from facerecon.registration.boundary import boundary
from facerecon.registration.clouds import unit
from facerecon.registration.correspondence import Matcher, Pairs
from facerecon.registration.rejection import like_normals, near, off_boundary, reciprocal, trimmed


@pytest.fixture(scope="module")
def grid():
    """A flat square of 9 by 9 points with triangles, normals up."""
    x, y = np.meshgrid(np.arange(9.0), np.arange(9.0))
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(81)])
    corner = (np.arange(8)[:, None] * 9 + np.arange(8)).ravel()
    triangles = np.vstack(
        [np.column_stack([corner, corner + 1, corner + 9])] + [np.column_stack([corner + 1, corner + 10, corner + 9])]
    )
    return PointCloud(points, np.tile([0.0, 0.0, 1.0], (81, 1)), triangles=triangles)


@pytest.mark.parametrize("name", MATCHERS)
def test_every_matcher_finds_what_brute_force_finds(grid, rng, name):
    matcher = MATCHERS.load(name)(grid)
    assert isinstance(matcher, Matcher)
    points = rng.uniform(-1, 9, (50, 3)) * [1, 1, 0.1]
    pairs = matcher.find(points, np.tile([0.0, 0.0, 1.0], (50, 1)))
    if name == "surface":
        expected = np.clip(points, 0, 8) * [1, 1, 0]
    else:
        expected = grid.points[((points[:, None] - grid.points) ** 2).sum(axis=2).argmin(axis=1)]
    assert np.allclose(pairs.target_points, expected)
    assert np.allclose(pairs.target_normals, [0, 0, 1])


def test_normals_tell_two_sides_of_a_sheet_apart(rng):
    flat = rng.uniform(-10, 10, (200, 3)) * [1, 1, 0]
    up = np.tile([0.0, 0.0, 1.0], (200, 1))
    sheet = PointCloud(np.vstack([flat, flat - [0, 0, 0.5]]), np.vstack([up, -up]))
    above = flat - [0, 0, 0.4]  # nearer to the lower side, which faces down
    assert MATCHERS.load("normals")(sheet).find(above, up).target_index.max() < 200
    assert MATCHERS.load("nearest")(sheet).find(above, up).target_index.min() >= 200


def test_the_rim_is_found_by_triangles_and_by_gaps(grid):
    rim = (grid.points[:, :2] == 0).any(axis=1) | (grid.points[:, :2] == 8).any(axis=1)
    assert (boundary(grid) == rim).all()
    assert (boundary(PointCloud(grid.points)) == rim).all()


def test_rejections(grid):
    points = np.array([[0.1, 4, 0], [4, 4, 0.5], [4.2, 4, 1.5], [4.1, 4.1, 30]])
    normals = unit(np.array([[0, 0, 1], [0, 1, 1], [0, 0, -1], [0, 0, 1.0]]))
    pairs = MATCHERS.load("nearest")(grid, with_boundary=True).find(points, normals)
    assert near(pairs, 1).tolist() == [True, True, False, False]
    assert trimmed(pairs, 0.5).tolist() == [True, True, False, False]
    assert like_normals(pairs, np.radians(46)).tolist() == [True, True, False, True]
    assert reciprocal(pairs, points).tolist() == [True, True, False, False]
    assert off_boundary(pairs).tolist() == [False, True, True, True]
    with pytest.raises(SettingsError):
        trimmed(pairs, 0)


def test_what_a_matcher_needs_is_asked_for():
    bare = PointCloud(np.eye(3))
    for name in ("normals", "surface"):
        with pytest.raises(CloudError):
            MATCHERS.load(name)(bare)


def test_pairs_are_picked_with_all_they_have():
    pairs = Pairs(np.arange(3), np.eye(3), np.zeros((3, 3)))
    assert len(pairs[np.array([True, False, True])]) == 2 and pairs.target_normals is None
    assert np.allclose(pairs.distances, 1)
