import numpy as np
import torch

from facerecon.geometry.harmonics import irradiance
from facerecon.networks.shading import irradiance_basis, irradiance_slope


def directions(rng, count):
    normals = rng.normal(size=(count, 3))
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def test_light_is_that_of_the_harmonics_in_numpy(rng):
    normals, light = directions(rng, 50), rng.normal(size=(9, 3))
    found = irradiance_basis(torch.from_numpy(normals)) @ torch.from_numpy(light)
    np.testing.assert_allclose(found, irradiance(normals, light), atol=1e-12)


def test_its_slope_is_its_derivative(rng):
    normals = torch.from_numpy(directions(rng, 7))
    by_normals = torch.autograd.functional.jacobian(irradiance_basis, normals)
    own = torch.stack([by_normals[k, :, k] for k in range(7)])
    torch.testing.assert_close(irradiance_slope(normals), own)
