"""The network that reads identities from landmarks, against its formula."""

import numpy as np
import torch

from facerecon.networks.identity_from_landmarks import IdentityFromLandmarks


def inputs(count):
    generator = torch.Generator().manual_seed(0)
    return tuple(torch.randn(count, width, generator=generator) for width in (12, 5, 3))


def network(**arguments):
    torch.manual_seed(1)
    return IdentityFromLandmarks(12, 5, 3, 4, features=6, hidden=7, **arguments).eval()


def test_without_its_hidden_layer_it_is_bilinear():
    """Straight in the offsets at one pose, and straight in the pose's terms for the same offsets."""
    built = network()
    torch.nn.init.zeros_(built.correct.weight)
    torch.nn.init.zeros_(built.gather.bias)
    torch.nn.init.zeros_(built.straight.bias)
    offsets, others, terms = inputs(2)
    nothing, pose = torch.zeros(1, 5), terms[:1]

    def read(one, at):
        return (built(one, nothing, at) - built(torch.zeros(1, 12), nothing, at)).detach().numpy()

    both = read(offsets[:1] + 2 * offsets[1:], pose)
    np.testing.assert_allclose(both, read(offsets[:1], pose) + 2 * read(offsets[1:], pose), atol=1e-5)
    np.testing.assert_allclose(read(offsets[:1], 3 * pose), 3 * read(offsets[:1], pose), atol=1e-5)


def test_it_reads_each_photo_by_itself():
    together = network()(*inputs(4))
    alone = torch.cat([network()(*(one[row : row + 1] for one in inputs(4))) for row in range(4)])
    np.testing.assert_allclose(together.detach(), alone.detach(), atol=1e-6)
    assert together.shape == (4, 4)


def test_every_weight_learns():
    built = network(dropout=0.0).train()
    built(*inputs(8)).square().sum().backward()
    assert all(one.grad is not None and one.grad.abs().max() > 0 for one in built.parameters())
