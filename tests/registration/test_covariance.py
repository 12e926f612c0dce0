import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import vector_from_rotation
from facerecon.registration.icp import IcpSettings, icp
from facerecon.registration.normals import with_normals


def test_covariance_is_that_of_many_noisy_runs(anny):
    """The same source with fresh noise, again and again: motions scatter as each run says of itself."""
    rng = np.random.default_rng(5)
    skin = anny.skin(anny.mean)
    target = with_normals(PointCloud(skin.vertices + [40, 0, 0], triangles=skin.triangles))
    rows = rng.choice(len(skin.vertices), 700, replace=False)
    found, told = [], []
    for _ in range(60):
        points = target.points[rows] + rng.normal(scale=0.8, size=(len(rows), 3))
        done = icp(PointCloud(points), target, IcpSettings(matching="surface", iterations=8))
        motion = done.target_from_source
        found.append(np.append(vector_from_rotation(motion[:3, :3]), motion[:3, 3]))
        told.append(done.covariance)
    measured = np.sqrt(np.mean(np.square(found), axis=0))
    expected = np.sqrt(np.diag(np.mean(told, axis=0)))
    # Two thirds: 60 runs tell a standard deviation to a tenth; a nearest partner also takes some of the noise away.
    assert (measured / expected < 1.5).all() and (measured / expected > 0.67).all()


def test_what_slides_has_no_covariance(rng):
    flat = np.column_stack([rng.uniform(-10, 10, (300, 2)), np.zeros(300)])
    up = np.tile([0.0, 0.0, 1.0], (300, 1))
    assert icp(PointCloud(flat + [0, 0, 1]), PointCloud(flat, up)).covariance is None
