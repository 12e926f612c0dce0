import numpy as np

from facerecon.geometry.spheres import fit_sphere


def ball(rng, count=600):
    directions = rng.normal(size=(count, 3))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def test_a_sphere_is_found_exactly(rng):
    centre, radius = fit_sphere((30.0, 2.0, -11.0) + 12.5 * ball(rng))
    np.testing.assert_allclose(centre, (30.0, 2.0, -11.0), atol=1e-9)
    assert abs(radius - 12.5) < 1e-9


def test_a_cornea_does_not_move_the_eye(rng):
    directions = ball(rng, 2000)
    points = 12.0 * directions
    bulge = directions[:, 2] > np.cos(0.5)
    points[bulge] += 2.5 * directions[bulge] * ((directions[bulge, 2] - np.cos(0.5)) / (1 - np.cos(0.5)))[:, None]
    centre, radius = fit_sphere((5, 6, 7) + points)
    np.testing.assert_allclose(centre, (5, 6, 7), atol=0.02)
    assert abs(radius - 12) < 0.02


def test_half_a_ball_is_enough(rng):
    points = ball(rng)
    centre, radius = fit_sphere(points[points[:, 2] > 0] * 3 + 1)
    np.testing.assert_allclose(centre, (1, 1, 1), atol=1e-9)
    assert abs(radius - 3) < 1e-9
