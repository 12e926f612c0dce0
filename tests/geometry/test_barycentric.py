import numpy as np
import pytest

from facerecon.geometry.barycentric import barycentric, interpolate


@pytest.mark.parametrize("k", [2, 3, 5])
def test_partition_of_unity_and_reproduction(k):
    rng = np.random.default_rng(k)
    corners = rng.normal(size=(500, 3, k)) * 10
    truth = rng.normal(size=(500, 3))
    truth /= truth.sum(axis=1, keepdims=True)
    keep = np.abs(truth).max(axis=1) < 20
    corners, truth = corners[keep], truth[keep]
    found = barycentric(np.einsum("nc,nck->nk", truth, corners), corners)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found, truth, atol=1e-6)


def test_corners_are_unit_vectors():
    rng = np.random.default_rng(0)
    corners = rng.normal(size=(40, 3, 2))
    for k in range(3):
        np.testing.assert_allclose(barycentric(corners[:, k], corners), np.tile(np.eye(3)[k], (40, 1)), atol=1e-9)


def test_off_plane_points_get_their_foot():
    rng = np.random.default_rng(1)
    corners, truth = rng.normal(size=(50, 3, 3)), rng.dirichlet(np.ones(3), 50)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    points = np.einsum("nc,nck->nk", truth, corners) + 2 * normal
    np.testing.assert_allclose(barycentric(points, corners), truth, atol=1e-8)


def test_signs_tell_inside_from_outside_and_affine_maps_keep_them():
    rng = np.random.default_rng(2)
    corners = np.tile(np.array([[0, 0], [4, 0], [0, 3.0]]), (100, 1, 1))
    points = rng.uniform(-1, 5, (100, 2))
    inside = (points > 0).all(axis=1) & (points[:, 0] / 4 + points[:, 1] / 3 < 1)
    weights = barycentric(points, corners)
    np.testing.assert_array_equal((weights > 0).all(axis=1), inside)
    affine, shift = rng.normal(size=(2, 2)), rng.normal(size=2)
    np.testing.assert_allclose(barycentric(points @ affine + shift, corners @ affine + shift), weights, atol=1e-9)


def test_no_area_gives_nan():
    assert np.isnan(barycentric(np.zeros((1, 2)), np.ones((1, 3, 2)))).all()


def test_interpolation_is_linear_and_exact_at_corners():
    rng = np.random.default_rng(3)
    values, triangles = rng.normal(size=(10, 4)), rng.integers(0, 10, (7, 3))
    index, weights = rng.integers(0, 7, 30), rng.dirichlet(np.ones(3), 30)
    reference = np.array([w @ values[triangles[t]] for t, w in zip(index, weights, strict=True)])
    np.testing.assert_allclose(interpolate(values, triangles, index, weights), reference)
    at_second = interpolate(values, triangles, np.arange(7), np.tile([0, 1.0, 0], (7, 1)))
    np.testing.assert_array_equal(at_second, values[triangles[:, 1]])
    np.testing.assert_allclose(interpolate(np.ones((10, 1)), triangles, index, weights), 1)
