import numpy as np
import plain_layers as plain
import pytest
import torch

from facerecon.assets import locate
from facerecon.networks.landmark68 import MEAN, SIDE, DenseBlock, Landmark68
from facerecon.networks.weights.face_api import read_face_api

# The first of 136 numbers that face-api 1.7.15 itself gives for `pattern` (in node, TensorFlow.js on the CPU).
FACE_API_SAYS = [0.3958, 0.531481, 0.558638, 0.565231, 0.569692, 0.559697, 0.617882, 0.591273]


def pattern(side):
    y, x, c = np.mgrid[:side, :side, :3]
    return ((3 * x + 5 * y + 70 * c) % 256).astype(np.float64)


def as_batch(*images):
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()


@pytest.fixture(scope="module")
def arrays():
    return read_face_api(locate("face_landmark_68"), locate("face_landmark_68_manifest"))


@pytest.fixture(scope="module")
def network(arrays):
    return Landmark68.from_face_api(arrays).requires_grad_(False)


def test_answers_as_face_api_does(network):
    found = network(as_batch(pattern(SIDE)))
    assert found.shape == (1, 68, 2)
    assert np.abs(found.flatten()[:8].numpy() - FACE_API_SAYS).max() < 2e-5


def test_batch_changes_nothing(network, rng):
    faces = as_batch(*rng.integers(0, 256, (5, SIDE, SIDE, 3)))
    alone = torch.cat([network(face[None]) for face in faces])
    assert (network(faces) - alone).abs().max() < 1e-5


def plain_block(image, arrays, name):
    """face-api's arithmetic, written as it is told: every later layer sees the ReLU of the sum of all before it."""

    def separable(values, layer, stride):
        parts = [arrays[f"{name}/{layer}/{part}"] for part in ("depthwise_filter", "pointwise_filter", "bias")]
        return plain.separable_conv(values, *parts, stride)

    if f"{name}/conv0/filters" in arrays:
        first = plain.conv(image, arrays[f"{name}/conv0/filters"], 2, "same") + arrays[f"{name}/conv0/bias"]
    else:
        first = separable(image, "conv0", 2)
    results = [plain.relu(first)]
    for layer in ("conv1", "conv2", "conv3"):
        results.append(separable(plain.relu(sum(results)), layer, 1))
    return plain.relu(sum(results))


@pytest.mark.parametrize(("name", "channels"), [("dense0", 3), ("dense1", 32)])
def test_blocks_equal_plain_arithmetic(network, arrays, rng, name, channels):
    block = getattr(network, name)
    assert isinstance(block, DenseBlock)
    image = (rng.integers(0, 256, (8, 12, channels)) - MEAN[0]) / 255
    found = block(as_batch(image))[0].permute(1, 2, 0).numpy()
    assert np.abs(found - plain_block(image, arrays, name)).max() < 1e-4
