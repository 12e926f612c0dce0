import numpy as np
import pytest

from facerecon.geometry.transforms import apply
from facerecon.registration import METHODS
from facerecon.registration.clouds import unit
from facerecon.registration.correspondence import Pairs
from facerecon.registration.gauss_newton import from_twist, jacobian, motion_along


@pytest.mark.parametrize("with_scale", [False, True])
def test_the_jacobian_is_that_of_finite_differences(rng, with_scale):
    points, directions = rng.normal(size=(20, 3)), rng.normal(size=(20, 3))
    size, step = 7 if with_scale else 6, 1e-6

    def along(twist):
        return np.einsum("nk,nk->n", apply(from_twist(twist, np.zeros(3)), points), directions)

    numeric = np.column_stack([(along(step * e) - along(-step * e)) / (2 * step) for e in np.eye(size)])
    assert np.allclose(jacobian(points, directions, with_scale), numeric, atol=1e-8)


@pytest.mark.parametrize("with_scale", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_known_partners_lead_to_the_motion(rng, motion, method, with_scale):
    """With true partners and noise-free normals, a few steps suffice, weights of 0 hide false ones, det is +1."""
    points, normals = 50 * rng.normal(size=(300, 3)), unit(rng.normal(size=(300, 3)))
    true = motion(rng, 25, 30)
    if with_scale:
        true[:3, :3] *= 1.2
    turned = unit(normals @ true[:3, :3].T)
    target, weights = apply(true, points), np.ones(300)
    target[:50] += 100 * rng.normal(size=(50, 3))
    weights[:50] = 0
    solver, found = METHODS.create(method), np.eye(4)
    for _ in range(12):
        now = unit(normals @ found[:3, :3].T)
        pairs = Pairs(np.arange(300), apply(found, points), target, now, turned)
        found = solver.motion(pairs, weights, with_scale) @ found
    assert np.abs(found - true).max() < 1e-6
    assert np.linalg.det(found[:3, :3]) == pytest.approx(1.2**3 if with_scale else 1, rel=1e-6)


def test_a_plane_slides_nowhere(rng):
    """Where the target is flat, only the distance to it is closed."""
    points = np.column_stack([rng.uniform(-10, 10, (100, 2)), np.full(100, 2.0)])
    up = np.broadcast_to([0.0, 0.0, 1.0], (100, 3))
    found = motion_along(points, points[:, 2], up, np.ones(100), False)
    assert np.allclose(found, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -2], [0, 0, 0, 1]], atol=1e-9)
