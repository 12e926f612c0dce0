import numpy as np

from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.surface_sampling import sample_surface


def test_each_spot_is_as_likely_as_any_other(rng):
    """A square of two triangles, one of them cut into a small and a large part: its quarters get a quarter each."""
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.9, 0.9, 0.0]])
    triangles = np.array([[0, 1, 4], [1, 2, 4], [0, 4, 3], [4, 2, 3]])
    where, weights = sample_surface(vertices, triangles, 20_000, rng)
    assert (weights >= 0).all() and np.allclose(weights.sum(axis=1), 1)
    points = interpolate(vertices, triangles, where, weights)
    shares = np.histogram2d(points[:, 0], points[:, 1], bins=2, range=[[0, 1], [0, 1]])[0] / len(points)
    assert np.abs(shares - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / len(points))


def test_what_has_no_area_gets_no_point(rng):
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0]])
    where, _ = sample_surface(vertices, np.array([[0, 1, 3], [0, 1, 2]]), 100, rng)
    assert (where == 1).all()
