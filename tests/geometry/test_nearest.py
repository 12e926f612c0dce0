import numpy as np
import pytest

from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import Surface, closest_in_triangle, nearest_on_surface


def brute_force(vertices, triangles, points):
    best = np.full(len(points), np.inf)
    for triangle in triangles:
        squared, _ = closest_in_triangle(points, np.tile(vertices[triangle], (len(points), 1, 1)))
        best = np.minimum(best, squared)
    return np.sqrt(best)


def wavy_sheet(size, rng):
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    vertices = (
        np.column_stack([x.ravel(), y.ravel(), 0.3 * np.sin(3 * x).ravel()]) + rng.normal(size=(size**2, 3)) * 0.01
    )
    i = np.arange(size**2).reshape(size, size)
    a, b, c, d = i[:-1, :-1].ravel(), i[:-1, 1:].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel()
    return vertices, np.concatenate([np.column_stack([a, c, b]), np.column_stack([b, c, d])])


def check(vertices, triangles, points):
    distances, index, weights = nearest_on_surface(vertices, triangles, points)
    np.testing.assert_allclose(distances, brute_force(vertices, triangles, points), atol=1e-12)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    feet = interpolate(vertices, triangles, index, weights)
    np.testing.assert_allclose(np.linalg.norm(points - feet, axis=1), distances, atol=1e-9)


def test_one_triangle_against_dense_sampling():
    rng = np.random.default_rng(0)
    steps = np.array([(i, j, 60 - i - j) for i in range(61) for j in range(61 - i)]) / 60
    for _ in range(50):
        corners, point = rng.normal(size=(3, 3)), rng.normal(size=(1, 3)) * 1.5
        squared, weights = closest_in_triangle(point, corners[None])
        sampled = np.linalg.norm(steps @ corners - point, axis=1).min()
        longest = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max()
        assert np.sqrt(squared[0]) <= sampled + 1e-12
        assert sampled - np.sqrt(squared[0]) <= longest / 60
        assert np.linalg.norm(weights[0] @ corners - point) == pytest.approx(np.sqrt(squared[0]))


def test_equals_brute_force_on_a_sheet():
    rng = np.random.default_rng(1)
    vertices, triangles = wavy_sheet(25, rng)
    for spread in (0.01, 0.2, 3.0):
        check(vertices, triangles, rng.normal(size=(150, 3)) * [0.7, 0.7, spread])


def test_equals_brute_force_where_triangle_sizes_differ_wildly():
    rng = np.random.default_rng(2)
    vertices, triangles = wavy_sheet(12, rng)
    soup = rng.normal(size=(30, 3, 3)) * rng.choice([0.001, 0.1, 5], size=(30, 1, 1)) + rng.normal(size=(30, 1, 3))
    needles = np.stack([soup[:, 0], soup[:, 0] + 3, soup[:, 0] + 3 + 1e-7], axis=1)
    extra = np.concatenate([soup, needles]).reshape(-1, 3)
    all_vertices = np.concatenate([vertices, extra])
    all_triangles = np.concatenate([triangles, np.arange(len(extra)).reshape(-1, 3) + len(vertices)])
    check(all_vertices, all_triangles, rng.normal(size=(200, 3)) * 2)


def test_points_on_the_surface_are_at_distance_zero():
    rng = np.random.default_rng(3)
    vertices, triangles = wavy_sheet(20, rng)
    index, weights = rng.integers(0, len(triangles), 200), rng.dirichlet(np.ones(3), 200)
    points = interpolate(vertices, triangles, index, weights)
    distances, found, found_weights = nearest_on_surface(vertices, triangles, points)
    np.testing.assert_allclose(distances, 0, atol=1e-12)
    np.testing.assert_allclose(interpolate(vertices, triangles, found, found_weights), points, atol=1e-9)


def test_degenerate_triangles_and_a_single_one():
    rng = np.random.default_rng(4)
    vertices = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0.0]])
    for triangles in ([[0, 1, 2]], [[1, 1, 1]], [[0, 0, 2]], [[1, 1, 1], [0, 0, 2]]):
        check(vertices, np.array(triangles), rng.normal(size=(50, 3)) * 2)


def test_a_surface_can_be_asked_again_and_for_nothing():
    rng = np.random.default_rng(5)
    vertices, triangles = wavy_sheet(10, rng)
    surface, points = Surface(vertices, triangles), rng.normal(size=(30, 3))
    first, again = surface.nearest(points), surface.nearest(points)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert [len(a) for a in surface.nearest(np.zeros((0, 3)))] == [0, 0, 0]
    with pytest.raises(ValueError, match="at least one"):
        Surface(vertices, triangles[:0])
