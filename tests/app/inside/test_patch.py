"""Patches and pooling are what torch makes of the same maps."""

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d, max_pool2d, unfold

from facerecon.app.inside.patch import neighbourhood, pooled


@pytest.mark.parametrize(("how", "truth"), [("max", max_pool2d), ("mean", avg_pool2d)])
@pytest.mark.parametrize("shape", [(8, 12), (7, 5), (2, 2)])
def test_pooling_is_that_of_torch(how, truth, shape, rng):
    values = rng.normal(size=shape)
    np.testing.assert_allclose(pooled(values, how), truth(torch.from_numpy(values)[None], 2)[0].numpy())


def test_a_neighbourhood_is_zero_beyond_the_border(rng):
    values = rng.normal(size=(6, 7))
    patches = unfold(torch.from_numpy(values)[None, None], 3, padding=1)[0].numpy().reshape(3, 3, 6, 7)
    for row, column in np.ndindex(values.shape):
        np.testing.assert_array_equal(neighbourhood(values, row, column), patches[..., row, column])
