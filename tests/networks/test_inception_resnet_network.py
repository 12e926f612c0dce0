import pytest
import torch
from public_facenet import random_checkpoint

from facerecon.core.errors import AssetError
from facerecon.networks.inception_resnet import InceptionResnet
from facerecon.networks.weights.facenet import read_facenet


@pytest.fixture(scope="module")
def arrays():
    return random_checkpoint()


@pytest.fixture(scope="module")
def file(arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "vggface2.pt"
    torch.save(arrays, path)
    return path


@pytest.fixture(scope="module")
def network(file):
    return read_facenet(file).requires_grad_(False)


def test_every_array_finds_its_place(network, arrays):
    state = network.state_dict()
    assert len(state) == len(arrays) - 2  # the classifier is left out
    assert sum(p.numel() for p in network.parameters()) == 23_482_624
    for ours, theirs in {
        "stem.4.conv.weight": "conv2d_3b.conv.weight",
        "stage35.3.branches.2.1.norm.running_var": "repeat_1.3.branch2.1.bn.running_var",
        "reduction17.branches.1.2.conv.weight": "mixed_6a.branch1.2.conv.weight",
        "stage17.9.mix.bias": "repeat_2.9.conv2d.bias",
        "reduction8.branches.2.0.norm.weight": "mixed_7a.branch2.0.bn.weight",
        "stage8.5.branches.1.2.conv.weight": "block8.branch1.2.conv.weight",
        "norm.running_mean": "last_bn.running_mean",
        "embedding.weight": "last_linear.weight",
    }.items():
        assert (state[ours] == arrays[theirs]).all(), ours


def test_picture_becomes_512_numbers(network, rng):
    faces = torch.from_numpy(rng.integers(0, 256, (2, 3, 160, 160))).float()
    found = network(faces)
    assert found.shape == (2, 512) and found.isfinite().all()
    assert (network(faces[:1]) - found[:1]).abs().max() < 1e-4 * found.abs().max()


def test_block_equals_its_formula(network, arrays, rng):
    """One residual block of the second stage, written out with functions instead of modules."""
    given = torch.from_numpy(rng.normal(size=(1, 896, 8, 8))).float()

    def convolved(values, name, padding):
        values = torch.nn.functional.conv2d(values, arrays[f"{name}.conv.weight"], padding=padding)
        mean, variance, gain, shift = (
            arrays[f"{name}.bn.{part}"].view(1, -1, 1, 1) for part in ("running_mean", "running_var", "weight", "bias")
        )
        return ((values - mean) / (variance + 1e-3).sqrt() * gain + shift).relu()

    name = "repeat_2.4"
    straight = convolved(given, f"{name}.branch0", 0)
    row = convolved(convolved(given, f"{name}.branch1.0", 0), f"{name}.branch1.1", (0, 3))
    column = convolved(row, f"{name}.branch1.2", (3, 0))
    weight, bias = arrays[f"{name}.conv2d.weight"], arrays[f"{name}.conv2d.bias"]
    mixed = torch.nn.functional.conv2d(torch.cat([straight, column], dim=1), weight, bias)
    assert torch.allclose(network.stage17[4](given), (given + 0.1 * mixed).relu(), atol=1e-4)


def test_last_block_has_no_relu(network, rng):
    given = torch.from_numpy(rng.normal(size=(1, 1792, 3, 3))).float()
    assert (network.stage8[4](given) >= 0).all() and (network.stage8[5](given) < 0).any()


def test_other_checkpoints_are_refused(tmp_path):
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "other.pt")
    with pytest.raises(AssetError, match="other.pt"):
        read_facenet(tmp_path / "other.pt")


def test_gradients_reach_every_parameter():
    network = InceptionResnet().train()
    network(torch.rand(2, 3, 160, 160) * 255).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
