import numpy as np
import torch
from scipy.spatial.transform import Rotation

from facerecon.networks.pose_losses import pose_loss, shape_loss


def made(rng):
    rotations = torch.from_numpy(Rotation.random(4, random_state=rng).as_matrix())
    return rotations, torch.from_numpy(rng.normal(size=(4, 3))), torch.from_numpy(rng.normal(size=(4, 7, 3)))


def test_the_right_pose_costs_nothing_and_a_shift_its_length(rng):
    rotations, translations, points = made(rng)
    assert pose_loss(rotations, translations, rotations, translations, points).max() < 1e-3
    shift = torch.tensor([3.0, 0.0, 4.0])
    assert torch.allclose(
        pose_loss(rotations, translations + shift, rotations, translations, points), torch.full((4,), 5.0).double()
    )


def test_a_turn_costs_how_far_it_moves_the_points():
    point = torch.tensor([[[2.0, 0.0, 0.0]]]).double()
    half = torch.from_numpy(Rotation.from_euler("z", 180, degrees=True).as_matrix())[None]
    nothing = torch.zeros(1, 3).double()
    assert np.isclose(pose_loss(half, nothing, torch.eye(3).double()[None], nothing, point).item(), 4)


def test_the_right_shape_costs_nothing_and_one_coefficient_its_mode(rng):
    mean, basis = (torch.from_numpy(rng.normal(size=size)) for size in ((7, 3), (2, 7, 3)))
    identity = torch.from_numpy(rng.normal(size=(4, 2)))
    points = mean + torch.einsum("bi,ipk->bpk", identity, basis)
    assert shape_loss(identity, mean, basis, points).max() < 1e-3
    more = identity + torch.tensor([0.0, 2.0])
    assert torch.allclose(shape_loss(more, mean, basis, points), 2 * basis[1].norm(dim=1).mean().expand(4))


def test_their_slopes_are_right(rng):
    rotations, translations, points = made(rng)
    other = torch.from_numpy(Rotation.random(4, random_state=rng).as_matrix()).requires_grad_()
    moved = (translations + 1).requires_grad_()
    assert torch.autograd.gradcheck(lambda r, t: pose_loss(r, t, rotations, translations, points), (other, moved))
    mean, basis = (torch.from_numpy(rng.normal(size=size)) for size in ((7, 3), (2, 7, 3)))
    identity = torch.from_numpy(rng.normal(size=(4, 2))).requires_grad_()
    assert torch.autograd.gradcheck(lambda i: shape_loss(i, mean, basis, points), identity)
