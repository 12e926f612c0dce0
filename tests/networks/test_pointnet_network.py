"""What PointNet and the two in a row promise, whatever their weights are."""

import pytest
import torch

from facerecon.networks.head_from_cloud import HeadFromCloud, geometric_median
from facerecon.networks.pointnet import PointNet
from facerecon.networks.rotations import rotation_from_six


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def clouds(generator):
    return torch.randn(3, 50, 3, generator=generator)


@pytest.fixture
def network(generator, clouds):
    """With weights that answer differently to different clouds, and statistics of its batches."""
    made = PointNet(5).initialise(generator)
    with torch.no_grad():
        made.answer.weight.mul_(20)
    made(clouds)
    return made.eval()


def test_the_order_of_the_points_does_not_matter(network, clouds, generator):
    shuffled = clouds[:, torch.randperm(50, generator=generator)]
    for one, other in zip(network(clouds), network(shuffled), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_cloud_is_answered_alike_in_any_company(network, clouds):
    together = network(clouds)
    assert not torch.allclose(together.identity[0], together.identity[1], atol=1e-2)
    for row in range(3):
        for one, other in zip(network(clouds[row : row + 1]), together, strict=True):
            assert torch.allclose(one[0], other[row], atol=1e-5)


def test_a_point_that_comes_twice_changes_nothing(network, clouds):
    doubled = torch.cat([clouds, clouds[:, :20]], dim=1)
    assert torch.allclose(network(doubled).identity, network(clouds).identity, atol=1e-6)


def test_untaught_it_says_the_mean_head_unturned(generator, clouds):
    found = PointNet(5).initialise(generator).eval()(clouds)
    assert torch.allclose(found.rotation, torch.eye(3).expand(3, 3, 3), atol=0.5)
    assert found.translation.abs().max() < 0.5 and found.identity.abs().max() < 1


def test_two_in_a_row_answer_in_the_clouds_place_and_unit(generator, clouds):
    networks = HeadFromCloud(5).initialise(generator).eval()
    moved = torch.tensor([300.0, -200.0, 90.0])
    here, there = networks(60 * clouds), networks(60 * clouds + moved)
    assert torch.allclose(there.translation, here.translation + moved, atol=0.05)
    assert torch.allclose(there.rotation, here.rotation, atol=1e-3)
    assert torch.allclose(torch.linalg.det(here.rotation), torch.ones(3), atol=1e-5)
    assert here.identity.shape == (3, 5)


def test_the_geometric_median_turns_along_and_bears_outliers(generator):
    points = torch.randn(2, 400, 3, generator=generator).double()
    turn = rotation_from_six(torch.randn(2, 6, generator=generator).double())
    middle = geometric_median(points, 30)
    assert torch.allclose(geometric_median(points @ turn.mT, 30), (turn @ middle[..., None])[..., 0], atol=1e-6)
    points[:, :80] = 1000.0
    assert geometric_median(points, 60).norm(dim=1).max() < 1 < points.mean(dim=1).norm(dim=1).min()


def test_no_point_moves_the_geometric_median_towards_less(generator):
    points = torch.randn(1, 60, 3, generator=generator).double()
    middle = geometric_median(points, 200)
    least = (points - middle).norm(dim=2).sum()
    for step in 0.01 * torch.eye(3).double():
        assert (points - middle - step).norm(dim=2).sum() > least
        assert (points - middle + step).norm(dim=2).sum() > least
