import numpy as np
import pytest
import shapes

from facerecon.geometry.curvature import corner_angles, curvature
from facerecon.geometry.topology import euler_characteristic


def test_a_sphere_bends_alike_everywhere():
    vertices, triangles = shapes.sphere(4, radius=5.0)
    found = curvature(vertices, triangles)
    np.testing.assert_allclose(found.mean, 1 / 5, rtol=0.01)
    np.testing.assert_allclose(found.gaussian, 1 / 25, rtol=0.03)
    np.testing.assert_allclose(curvature(vertices, triangles[:, ::-1]).mean, -found.mean)  # seen from inside


def test_a_torus_has_all_kinds():
    far, near = 3.0, 1.0
    vertices, triangles, angle = shapes.torus(120, 60, far, near)
    found = curvature(vertices, triangles)
    second = np.cos(angle) / (far + near * np.cos(angle))
    assert np.abs(found.mean - (1 / near + second) / 2).max() < 0.01
    assert np.abs(found.gaussian - second / near).max() < 0.01
    first, least = found.principal
    assert np.abs(first - 1 / near).max() < 0.05 and np.abs(least - second).max() < 0.05


@pytest.mark.parametrize("shape", [shapes.sphere(3), shapes.torus()[:2], shapes.cube(4)])
def test_the_whole_curvature_is_eulers_number(shape, rng):
    """Gauss and Bonnet: however the surface is dented, K sums to 2 π χ."""
    vertices, triangles = shape
    found = curvature(vertices + rng.normal(0, 0.02, vertices.shape), triangles)
    assert (found.gaussian * found.areas).sum() == pytest.approx(2 * np.pi * euler_characteristic(triangles))
    assert corner_angles(vertices, triangles).sum() == pytest.approx(np.pi * len(triangles))


def test_a_border_has_none():
    vertices, triangles = shapes.dome(9)
    edge = np.abs(vertices[:, :2]).max(axis=1) == 1
    np.testing.assert_array_equal(np.isnan(curvature(vertices, triangles).mean), edge)
