import numpy as np
import pytest

from facerecon.geometry.clouds import moved
from facerecon.geometry.transforms import apply
from facerecon.registration.fpfh import fpfh, pair_angles
from facerecon.registration.global_start import global_start
from facerecon.registration.multi_start import spread_rotations
from facerecon.registration.normals import with_normals
from facerecon.registration.ransac import matches, triple_motions


def test_rotations_are_rotations_and_reach_everywhere(rng):
    turns = spread_rotations(96)
    assert np.allclose(turns @ turns.transpose(0, 2, 1), np.eye(3)) and np.allclose(np.linalg.det(turns), 1)
    assert np.allclose(turns[0], np.eye(3))
    any_turns = np.linalg.qr(rng.normal(size=(500, 3, 3)))[0]
    any_turns *= np.linalg.det(any_turns)[:, None, None]
    traces = np.einsum("aij,bij->ab", any_turns, turns).max(axis=1)
    assert np.degrees(np.arccos((traces.min() - 1) / 2)) < 60


def test_features_do_not_change_with_a_motion(head, motion):
    cloud = with_normals(head)
    true = motion(np.random.default_rng(1), 77, 300)
    first, second = fpfh(cloud, 12.0), fpfh(moved(cloud, true), 12.0)
    assert np.abs(first - second).max() < 0.03  # a value at the edge of a bin may change sides
    assert np.allclose(first.reshape(-1, 3, 11).sum(axis=2)[first.any(axis=1)], 1)


def test_angles_of_a_pair_by_hand():
    x, y, z = np.eye(3)
    alpha, phi, theta = pair_angles(0 * x, z, x, z)
    assert (alpha, phi, theta) == pytest.approx((0, 0, 0))
    alpha, phi, theta = pair_angles(0 * x, z, x, y)  # d = x, v = z × x = y
    assert (alpha, phi) == pytest.approx((1, 0))
    alpha, phi, theta = pair_angles(0 * x, z, z + x, -x)  # w = z × y = -x
    assert (alpha, phi, theta) == pytest.approx((0, np.sqrt(0.5), np.pi / 2))


def test_triples_fix_motions_that_never_mirror(rng, motion):
    true = motion(rng, 130, 20)
    triples = rng.normal(size=(40, 3, 3))
    found = triple_motions(triples, np.array([apply(true, triple) for triple in triples]))
    assert np.abs(found - true).max() < 1e-8
    assert np.allclose(np.linalg.det(triple_motions(triples, -triples)[:, :3, :3]), 1)


def test_matches_are_mutual(rng):
    features = rng.normal(size=(1500, 8))
    order = rng.permutation(1500)
    first, second = matches(features, features[order])
    assert (order[second] == first).all() and len(first) == 1500


@pytest.mark.parametrize("seed", [0, 1])
def test_half_a_head_finds_its_place(sampled, motion, errors, seed):
    """Front against a slanted half, 60 % shared, noise, any turn."""
    rng = np.random.default_rng(seed)
    way, true = rng.normal(size=3), motion(rng, 150, 200)
    a, b = sampled(rng, 4000, 0.5).points, sampled(rng, 4000, 0.5).points
    a, b = a[a @ way < np.quantile(a @ way, 0.72)], b[b @ way > np.quantile(b @ way, 0.28)]
    source, target = (with_normals(type(sampled(rng, 10))(points)) for points in (a, apply(true, b)))
    found = global_start(source, target, np.random.default_rng(0))
    assert errors(found.target_from_source, true, a.mean(axis=0))[0] < 4
    assert np.allclose(found.candidates[0], found.target_from_source) and (np.diff(found.scores) <= 0).all()
