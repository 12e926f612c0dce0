"""Disturbed clouds: the truth that comes with them is true, and each disturbance is as large as was asked for."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.evaluation.cloud_pairs import Disturbance, cloud_pair, motion_error
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector

CLEAN = Disturbance(rotation=40.0, translation=20.0, noise=0.0, points=800)


@pytest.fixture(scope="module")
def skin(anny):
    mesh = anny.skin(anny.mean)
    return PointCloud(mesh.vertices, vertex_normals(mesh.vertices, mesh.triangles), None, mesh.triangles)


def made(surface, rng, **changes):
    return cloud_pair(surface, Disturbance(**{**CLEAN.__dict__, **changes}), rng)


def test_the_truth_brings_the_source_onto_the_surface(skin, rng):
    pair = made(skin, rng)
    surface = Surface(skin.points, skin.triangles)
    for points in (apply(pair.target_from_source, pair.source.points), pair.target.points):
        assert surface.nearest(points)[0].max() < 1e-6
    assert not np.intersect1d(pair.source.points[:, 0], pair.target.points[:, 0]).size  # two samples
    rotation = pair.target_from_source[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(pair.source.normals, axis=1), 1, atol=1e-9)


def test_the_start_is_as_far_off_as_was_asked_for(skin, rng):
    pair = made(skin, rng, overlap=0.6, outliers=0.2, noise=2.0)
    assert motion_error(np.eye(4), pair.target_from_source, pair.middle) == pytest.approx((40, 20), abs=1e-6)
    truth = pair.target_from_source
    assert motion_error(truth, truth, pair.middle) == pytest.approx((0, 0), abs=1e-5)


def test_a_scale_is_no_rotation():
    turn = rotation_from_vector(np.array([0.0, 0.3, 0.0]))
    degrees, _ = motion_error(rigid(1.2 * turn, np.zeros(3)), rigid(turn, np.zeros(3)), np.zeros(3))
    assert degrees == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("overlap", [0.4, 0.7, 1.0])
def test_clouds_overlap_as_much_as_was_asked_for(skin, rng, overlap):
    pair = made(skin, rng, overlap=overlap, points=3000)
    assert np.mean(~pair.lonely) == pytest.approx(overlap, abs=0.03)
    home = apply(pair.target_from_source, pair.source.points)
    gaps, _ = cKDTree(pair.target.points).query(home)
    assert np.median(gaps[~pair.lonely]) < 4
    if overlap < 1:
        assert np.median(gaps[pair.lonely]) > 10


def test_strays_and_noise_are_counted(skin, rng):
    pair = made(skin, rng, outliers=0.25, noise=1.5, points=2000)
    assert len(pair.source) == len(pair.target) == 2000
    assert pair.stray.mean() == 0.25 and not (pair.stray & pair.lonely).any()
    away = Surface(skin.points, skin.triangles).nearest(apply(pair.target_from_source, pair.source.points))[0]
    assert np.median(away[~pair.stray]) == pytest.approx(1.5 * 0.674, rel=0.1)  # across the surface: one axis of three
    assert np.median(away[pair.stray]) > 15


def test_bare_points_are_drawn_as_they_are(rng):
    points = rng.normal(size=(500, 3)) * 80
    pair = made(PointCloud(points, points / np.linalg.norm(points, axis=1, keepdims=True)), rng, points=400)
    home = apply(pair.target_from_source, pair.source.points)
    assert cKDTree(points).query(home)[0].max() < 1e-9
