import numpy as np
import pytest

from facerecon.core.errors import CloudError, SettingsError
from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import apply, invert
from facerecon.registration import METHODS
from facerecon.registration.icp import IcpSettings, icp, icp_steps
from facerecon.registration.method import Method
from facerecon.registration.normals import with_normals


@pytest.fixture(scope="module")
def pair(head, motion):
    """A head, and the same points moved a little."""
    true = motion(np.random.default_rng(3), 8, 10)
    source = with_normals(head)
    target = PointCloud(apply(true, source.points), source.normals @ true[:3, :3].T, triangles=head.triangles)
    return source, target, true


@pytest.mark.parametrize("method", METHODS)
def test_every_method_recovers_a_motion(pair, method):
    source, target, true = pair
    assert isinstance(METHODS.create(method), Method)
    found = icp(source, target, IcpSettings(method, iterations=300))
    assert found.converged
    assert np.abs(found.target_from_source - true).max() < 1e-6
    assert np.linalg.det(found.target_from_source[:3, :3]) == pytest.approx(1, abs=1e-9)
    assert found.iterations == len(found.history) - 1


@pytest.mark.parametrize("method", METHODS)
def test_every_method_recovers_a_scale(pair, method):
    source, target, true = pair
    grown = true.copy()
    grown[:3, :3] *= 1.05
    target = PointCloud(apply(grown @ invert(true), target.points), target.normals)
    found = icp(source, target, IcpSettings(method, with_scale=True, iterations=400, tolerance=1e-9))
    assert np.abs(found.target_from_source - grown).max() < 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_identical_clouds_stay_exactly_where_they_are(pair, method):
    found = icp(pair[0], pair[0], IcpSettings(method))
    assert found.converged and found.iterations == 0
    assert (found.target_from_source == np.eye(4)).all()


def test_a_mirrored_head_is_not_mirrored_back(head):
    mirrored = PointCloud(head.points * [-1, 1, 1] + [3, 0, 0])
    found = icp(head, mirrored, IcpSettings("point-to-point"))
    assert np.linalg.det(found.target_from_source[:3, :3]) == pytest.approx(1)


def test_steps_show_what_was_done(pair):
    source, target, _ = pair
    steps = list(icp_steps(source, target))
    assert [step.number for step in steps] == list(range(len(steps)))
    assert all(not step.outcome for step in steps[:-1]) and steps[-1].converged
    for step in steps:
        moved = apply(step.target_from_source, source.points)[step.source_index]
        assert np.allclose(moved, step.source_points)
    assert steps[-1].error < 1e-6 < steps[0].error


def test_an_unreachable_target_is_told_of(pair):
    source, target, _ = pair
    far = PointCloud(target.points + 1e4, target.normals)
    with pytest.raises(CloudError, match="partner"):
        icp(source, far, IcpSettings(max_distance=10.0))


@pytest.mark.parametrize("start", [np.diag([-1.0, 1, 1, 1]), np.full((4, 4), np.nan), np.zeros((4, 4))])
def test_a_start_that_is_no_motion_is_refused(head, start):
    with pytest.raises(SettingsError):
        icp(head, head, IcpSettings("point-to-point"), start)
