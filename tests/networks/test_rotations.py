import numpy as np
import torch
from scipy.spatial.transform import Rotation

from facerecon.networks.rotations import angle_between, rotation_from_six


def test_six_numbers_always_make_a_rotation():
    rotation = rotation_from_six(torch.randn(5, 40, 6, generator=torch.Generator().manual_seed(0)).double())
    assert torch.allclose(rotation.mT @ rotation, torch.eye(3).double().expand(5, 40, 3, 3), atol=1e-12)
    assert torch.allclose(torch.linalg.det(rotation), torch.ones(5, 40).double())


def test_two_columns_of_a_rotation_make_it_again(rng):
    true = torch.from_numpy(Rotation.random(20, random_state=rng).as_matrix())
    stretched = torch.cat([3 * true[..., 0], 0.5 * true[..., 1] - 2 * true[..., 0]], dim=-1)
    assert torch.allclose(rotation_from_six(stretched), true, atol=1e-12)


def test_its_slope_is_right():
    six = torch.randn(4, 6, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    assert torch.autograd.gradcheck(rotation_from_six, six)


def test_angles_are_exact_from_hardly_turned_to_turned_round(rng):
    angles = np.array([0, 1e-7, 0.3, 2.0, np.pi - 1e-4, np.pi])
    axis = rng.normal(size=3)
    turned = Rotation.from_rotvec(angles[:, None] * axis / np.linalg.norm(axis))
    first = Rotation.random(random_state=rng)
    found = angle_between(torch.from_numpy(first.as_matrix()), torch.from_numpy((first * turned).as_matrix()))
    assert np.allclose(found.numpy(), angles, rtol=1e-6, atol=1e-7)
