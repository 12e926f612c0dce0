import numpy as np
import pytest

from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector


def random_rotation(rng):
    return rotation_from_vector(rng.normal(size=3) * 2)


def cost(motion, source, target, weights):
    return (weights * ((apply(motion, source) - target) ** 2).sum(1)).sum()


def test_recovers_rigid_motions():
    rng = np.random.default_rng(0)
    for count in (3, 4, 10, 200):
        source = rng.normal(size=(count, 3)) * 60
        truth = rigid(random_rotation(rng), rng.normal(size=3) * 100)
        np.testing.assert_allclose(procrustes(source, apply(truth, source)), truth, atol=1e-9)


def test_recovers_similarities():
    rng = np.random.default_rng(1)
    for factor in (0.001, 0.5, 3.0, 1000.0):
        source = rng.normal(size=(12, 3))
        truth = rigid(factor * random_rotation(rng), rng.normal(size=3))
        np.testing.assert_allclose(procrustes(source, apply(truth, source), scale=True), truth, atol=1e-9 * factor)


@pytest.mark.parametrize("scale", [False, True])
def test_no_motion_nearby_is_better(scale):
    rng = np.random.default_rng(2)
    for _ in range(10):
        source, target, weights = rng.normal(size=(15, 3)), rng.normal(size=(15, 3)), rng.uniform(0, 1, 15)
        best = procrustes(source, target, weights, scale)
        lowest = cost(best, source, target, weights)
        for _ in range(40):
            factor = 1 + 0.01 * rng.normal() if scale else 1.0
            nudge = rigid(factor * rotation_from_vector(rng.normal(size=3) * 0.01), rng.normal(size=3) * 0.01)
            assert cost(nudge @ best, source, target, weights) >= lowest - 1e-12
            assert cost(best @ nudge, source, target, weights) >= lowest - 1e-12


def test_never_mirrors():
    rng = np.random.default_rng(3)
    for _ in range(20):
        source = rng.normal(size=(10, 3))
        for scale in (False, True):
            motion = procrustes(source, source * [-1, 1, 1], scale=scale)[:3, :3]
            assert np.linalg.det(motion) > 0
        flat = source * [1, 1, 0]
        rotation = procrustes(flat, flat * [-1, 1, 1])[:3, :3]
        assert np.linalg.det(rotation) == pytest.approx(1)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)


def test_weights_count_like_copies_and_zero_is_absence():
    rng = np.random.default_rng(4)
    source, target = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    copies = np.array([1, 2, 3, 1, 0, 2])
    by_weight = procrustes(source, target, copies.astype(float), scale=True)
    by_copy = procrustes(source.repeat(copies, axis=0), target.repeat(copies, axis=0), scale=True)
    np.testing.assert_allclose(by_weight, by_copy, atol=1e-12)
    target[4] += 1e6
    np.testing.assert_allclose(procrustes(source, target, copies.astype(float), scale=True), by_copy, atol=1e-12)


def test_points_on_a_line_or_in_one_place_give_a_rotation():
    line = np.linspace(0, 1, 5)[:, None] * [1.0, 2.0, 3.0]
    motion = procrustes(line, line[:, [1, 2, 0]])
    assert np.linalg.det(motion[:3, :3]) == pytest.approx(1)
    np.testing.assert_allclose(apply(motion, line), line[:, [1, 2, 0]], atol=1e-12)
    same = np.ones((4, 3))
    np.testing.assert_allclose(apply(procrustes(same, same * 5, scale=True), same), same * 5)


def test_bad_weights_are_refused():
    points = np.eye(3)
    with pytest.raises(ValueError, match="weights"):
        procrustes(points, points, np.zeros(3))
    with pytest.raises(ValueError, match="weights"):
        procrustes(points, points, np.array([1, -1, 1.0]))
    with pytest.raises(ValueError, match="target"):
        procrustes(points, np.eye(3)[:2])
