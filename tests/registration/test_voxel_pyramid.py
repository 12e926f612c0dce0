import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.voxels import voxels
from facerecon.registration.pyramid import averaged, chosen, evenly, level


def test_voxels_hold_their_points(rng):
    points = rng.uniform(0, 10, (500, 3))
    cell = voxels(points, 2.0)
    assert cell.max() + 1 == len(np.unique(np.floor((points - points.min(axis=0)) / 2), axis=0))
    for number in np.unique(cell):
        assert (np.ptp(points[cell == number], axis=0) <= 2).all()


def test_averaged_points_are_means_and_chosen_ones_are_members(rng):
    cloud = PointCloud(rng.uniform(0, 10, (500, 3)), np.tile([0.0, 1.0, 0.0], (500, 1)))
    cell = voxels(cloud.points, 3.0)
    thin, rows = averaged(cloud, 3.0), chosen(cloud.points, 3.0)
    assert len(thin) == len(rows) == cell.max() + 1 and len(set(cell[rows])) == len(rows)
    assert np.allclose(thin.points[cell[rows[0]]], cloud.points[cell == cell[rows[0]]].mean(axis=0))
    assert np.allclose(thin.normals, [0, 1, 0])
    one = level(cloud, cloud, 3.0)
    assert (one.source.points == cloud.points[one.rows]).all()


def test_a_stray_point_light_years_away_does_no_harm(rng):
    points = np.vstack([rng.uniform(0, 10, (500, 3)), [[1e30, 0, 0]]])
    assert voxels(points, 1.0).max() < 501


def test_evenly_takes_all_or_so_many():
    assert evenly(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert len(evenly(1000, 9)) == 9 and evenly(1000, 9)[-1] == 999
