import numpy as np
import pytest
import shapes

from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.poisson import poisson_surface
from facerecon.geometry.surface_sampling import sample_surface
from facerecon.geometry.topology import border_loops, enclosed_volume, euler_characteristic


def test_a_ball_comes_back_from_its_points(rng):
    normals = rng.normal(size=(4000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    vertices, triangles = poisson_surface(20 * normals + [3, -2, 7], normals, cell=1.5)
    radius = np.linalg.norm(vertices - [3, -2, 7], axis=1)
    assert np.abs(radius - 20).max() < 0.6 and np.abs(radius - 20).mean() < 0.15
    assert euler_characteristic(triangles) == 2 and not border_loops(triangles)
    assert enclosed_volume(vertices, triangles) == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.02)  # outside is outside


def test_a_torus_keeps_its_hole_though_points_are_noisy_and_uneven(rng):
    surface, faces, angle = shapes.torus(96, 48, 30.0, 12.0)
    where, weights = sample_surface(surface, faces, 12_000, rng)
    points = interpolate(surface, faces, where, weights)
    keep = rng.uniform(size=len(points)) < np.where(points[:, 0] > 0, 1.0, 0.4)
    ring = points * [1, 1, 0]
    middle = 30 * ring / np.linalg.norm(ring, axis=1, keepdims=True)
    normals = (points - middle) / np.linalg.norm(points - middle, axis=1, keepdims=True)
    noisy = points + rng.normal(0, 0.3, points.shape)
    vertices, triangles = poisson_surface(noisy[keep], normals[keep], cell=2.0)
    assert euler_characteristic(triangles) == 0
    away = np.abs(np.hypot(np.linalg.norm(vertices[:, :2], axis=1) - 30, vertices[:, 2]) - 12)
    assert away.mean() < 0.5 and away.max() < 2


def test_half_a_ball_is_closed(rng):
    normals = rng.normal(size=(3000, 3))
    normals[:, 2] = np.abs(normals[:, 2])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    vertices, triangles = poisson_surface(20 * normals, normals, cell=2.0)
    assert not border_loops(triangles)
    upper = vertices[vertices[:, 2] > 5]
    assert np.abs(np.linalg.norm(upper, axis=1) - 20).mean() < 1
