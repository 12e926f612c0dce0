"""Dust, duplicates and holes that a test puts on a head are found; the head stays."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facerecon.core.errors import SettingsError
from facerecon.core.types import PointCloud
from facerecon.geometry.voxels import voxels
from facerecon.scans.clean import clean, hole_lengths, without_outliers
from facerecon.scans.points import crop, keep, thinned, without_duplicates
from facerecon.scans.units import MILLIMETRES, as_millimetres, likeliest_unit


@pytest.fixture
def skin(anny):
    return anny.skin(anny.mean)


@pytest.fixture
def face(subject):
    from facerecon.scans import DepthMap, depth_cloud

    return depth_cloud(DepthMap(subject.depth, subject.camera, subject.photo))


def test_flying_points_and_dust_are_taken_off(face, rng):
    points = PointCloud(face.points)
    centre = points.points.mean(axis=0)
    flying = centre + rng.uniform(-300, 300, (300, 3))
    away = np.linalg.norm(flying[:, None] - points.points[::50], axis=2).min(axis=1)
    flying = flying[away > 20]
    dust = centre + [0, 0, 200] + rng.normal(size=(200, 3)) * 5
    kept = without_outliers(PointCloud(np.concatenate([points.points, flying, dust])))
    assert len(kept) <= len(points) and len(kept) > 0.98 * len(points)
    assert {tuple(p) for p in kept.points} <= {tuple(p) for p in points.points}


def test_a_mesh_loses_loose_pieces_only(skin, rng):
    loose = np.array([[0, 0, 300.0], [1, 0, 300], [0, 1, 300]])
    count = len(skin.vertices)
    cloud = PointCloud(
        np.concatenate([skin.vertices, loose]),
        triangles=np.concatenate([skin.triangles, [[count, count + 1, count + 2]]]),
    )
    kept = without_outliers(cloud)
    assert np.array_equal(kept.points, skin.vertices) and np.array_equal(kept.triangles, skin.triangles)


def test_few_points_are_left_alone():
    for count in (0, 1, 5):
        assert len(without_outliers(PointCloud(np.zeros((count, 3)) + np.arange(count)[:, None]))) == count
    assert len(without_outliers(PointCloud(np.zeros((30, 3))))) == 30


def test_duplicates_become_one(skin):
    split = PointCloud(skin.vertices[skin.triangles.ravel()], triangles=np.arange(skin.triangles.size).reshape(-1, 3))
    joined = without_duplicates(split)
    assert len(joined) == len(np.unique(skin.vertices[skin.triangles.ravel()], axis=0))
    assert np.allclose(joined.points[joined.triangles], skin.vertices[skin.triangles])
    once = without_duplicates(PointCloud(skin.vertices))
    assert np.array_equal(once.points, skin.vertices)


def test_holes_are_measured(skin):
    whole = PointCloud(skin.vertices, triangles=skin.triangles)
    before = hole_lengths(whole)
    cheek = np.array([45.0, -45.0, -20.0])
    nearest = skin.vertices[np.linalg.norm(skin.vertices - cheek, axis=1).argmin()]
    far = np.linalg.norm(skin.vertices - nearest, axis=1) > 15
    after = hole_lengths(keep(whole, far))
    assert len(after) == len(before) + 1
    assert 2 * np.pi * 13 < max(set(after.round(6)) - set(before.round(6))) < 2 * np.pi * 24
    assert len(hole_lengths(PointCloud(skin.vertices))) == 0


def test_thinning_keeps_the_shape(face):
    few = thinned(face, 2000)
    assert 1200 < len(few) <= 2000
    assert np.allclose(np.linalg.norm(few.normals, axis=1), 1) and few.colours is not None
    assert few.triangles.max() < len(few)
    assert cKDTree(few.points).query(face.points)[0].max() < 8 and cKDTree(face.points).query(few.points)[0].max() < 4
    assert thinned(face, len(face)) is face
    assert voxels(np.zeros((0, 3)), 1.0).shape == (0,)
    assert len(np.unique(voxels(np.array([[0, 0, 0], [0.5, 0, 0], [1.5, 0, 0]]), 1.0))) == 2


def test_cropping_and_cleaning_together(face, rng):
    centre = np.median(face.points, axis=0)
    near = crop(face, centre, 60)
    assert (np.linalg.norm(near.points - centre, axis=1) <= 60).all() and 0 < len(near) < len(face)
    flying = PointCloud(np.concatenate([face.points, face.points[:100], centre + [[0, 0, 400.0]]]))
    found = clean(flying, most=5000)
    assert found.duplicates == 100 and found.outliers >= 1 and len(found.cloud) <= 5000


@pytest.mark.parametrize("unit", MILLIMETRES)
def test_units_are_guessed(unit):
    millimetres = MILLIMETRES[unit]
    for size in (0.75, 1.0, 1.2):
        assert likeliest_unit(millimetres / size) == unit


def test_units_that_are_none():
    assert likeliest_unit(1.6) is None and likeliest_unit(1e-6) is None
    assert as_millimetres("Inches") == 25.4 and as_millimetres(" 0.2") == 0.2 and as_millimetres("ft") == 304.8
    for wrong in ("parsec", "-1", "0", "nan", "inf", ""):
        with pytest.raises(SettingsError, match="no unit"):
            as_millimetres(wrong)
