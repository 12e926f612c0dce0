import numpy as np
import pytest

from facerecon.geometry.harmonics import EVEN, basis, everywhere, irradiance, lamp, turned
from facerecon.geometry.transforms import camera_from_head_rotation

RNG = np.random.default_rng(3)


def sphere(count):
    points = RNG.normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_the_basis_is_orthonormal():
    heights, weights = np.polynomial.legendre.leggauss(8)  # exact for what is summed here
    angles = 2 * np.pi * np.arange(16) / 16
    z, angle = (a.ravel() for a in np.meshgrid(heights, angles, indexing="ij"))
    ring = np.sqrt(1 - z**2)
    rows = basis(np.column_stack([ring * np.cos(angle), ring * np.sin(angle), z]))
    area = np.repeat(weights, 16) * 2 * np.pi / 16
    np.testing.assert_allclose(rows.T @ (area[:, None] * rows), np.eye(9), atol=1e-12)


def test_even_light_is_one_everywhere():
    np.testing.assert_allclose(irradiance(sphere(50), everywhere([1, 0.5])), np.tile([1, 0.5], (50, 1)))
    assert everywhere([1.0])[0, 0] == EVEN


def test_nine_numbers_come_near_the_integral_over_a_smooth_sky():
    """Against the integral itself, summed over many directions: max(0, n.d) L(d) / pi."""
    directions, normals = sphere(200_000), sphere(20)
    sky = np.exp(1.5 * directions @ [0.6, 0.0, 0.8])
    light = 4 * np.pi / len(directions) * basis(directions).T @ sky[:, None]
    truth = 4 * np.mean(np.maximum(normals @ directions.T, 0) * sky, axis=1)
    np.testing.assert_allclose(irradiance(normals, light)[:, 0], truth, atol=0.02 * truth.max() + 0.02)


def test_a_lamp_is_brightest_from_its_side():
    towards = np.array([1.0, 2, 2]) / 3
    light = lamp(3 * towards, [0.8])
    values = irradiance(sphere(2000), light)
    assert irradiance(towards[None], light)[0, 0] == pytest.approx(0.8) and values.max() <= 0.8 + 1e-9
    assert irradiance(-towards[None], light)[0, 0] < 0.1


def test_turning_light_is_turning_normals_back():
    light, rotation, normals = RNG.normal(size=(9, 3)), camera_from_head_rotation(0.7, -0.4, 0.2), sphere(40)
    np.testing.assert_allclose(irradiance(normals @ rotation.T, turned(light, rotation)), irradiance(normals, light))
    np.testing.assert_allclose(turned(turned(light, rotation), rotation.T), light, atol=1e-12)
