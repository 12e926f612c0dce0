import numpy as np
import plain_layers as plain
import pytest
import torch

from facerecon.assets import locate
from facerecon.networks.face_recognition import BLOCKS, MEAN, SIDE, STEM, FaceRecognition, Residual
from facerecon.networks.weights.face_api import read_face_api
from facerecon.networks.weights.tensorflow import as_tensor

# The first of 128 numbers that face-api 1.7.15 itself gives for `pattern` (in node, TensorFlow.js on the CPU).
FACE_API_SAYS = [-0.07289, 0.112619, 0.043826, -0.015546, -0.04435, -0.066295, -0.079636, 0.009644]


def pattern(side):
    y, x, c = np.mgrid[:side, :side, :3]
    return ((3 * x + 5 * y + 70 * c) % 256).astype(np.float32)


def as_batch(*images):
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()


def random_arrays(rng):
    """Weights in face-api's layout, with other numbers."""
    arrays, channels = {}, 3

    def layer(name, size, inputs, outputs):
        arrays[f"{name}/conv/filters"] = rng.normal(0, (size * size * inputs) ** -0.5, (size, size, inputs, outputs))
        arrays[f"{name}/conv/bias"], arrays[f"{name}/scale/biases"] = rng.normal(0, 0.1, (2, outputs))
        arrays[f"{name}/scale/weights"] = rng.uniform(0.5, 2, outputs)

    layer("conv32_down", 7, channels, STEM)
    channels = STEM
    for name, (filters, _) in BLOCKS.items():
        layer(f"{name}/conv1", 3, channels, filters)
        layer(f"{name}/conv2", 3, filters, filters)
        channels = filters
    arrays["fc"] = rng.normal(0, 0.1, (channels, 128))
    return {name: array.astype(np.float32) for name, array in arrays.items()}


@pytest.fixture(scope="module")
def network():
    files = locate("face_recognition"), locate("face_recognition_manifest")
    return FaceRecognition.from_face_api(read_face_api(*files)).requires_grad_(False)


def test_answers_as_face_api_does(network):
    found = network(as_batch(pattern(SIDE)))
    assert found.shape == (1, 128)
    assert np.abs(found[0, :8].numpy() - FACE_API_SAYS).max() < 2e-5


def test_batch_changes_nothing(network, rng):
    faces = as_batch(*rng.integers(0, 256, (5, SIDE, SIDE, 3)))
    alone = torch.cat([network(face[None]) for face in faces])
    assert (network(faces) - alone).abs().max() < 1e-5


def plain_residual(image, arrays, name, stride):
    def layer(values, part, step, padding):
        kernel = arrays[f"{name}/{part}/conv/filters"]
        values = plain.conv(values, kernel, step, padding) + arrays[f"{name}/{part}/conv/bias"]
        return values * arrays[f"{name}/{part}/scale/weights"] + arrays[f"{name}/{part}/scale/biases"]

    change = layer(image, "conv1", stride, "same" if stride == 1 else "valid")
    change = layer(plain.relu(change), "conv2", 1, "same")
    kept = image if stride == 1 else plain.pool(image, 2, 2, np.mean)
    sizes = [max(a, b) for a, b in zip(change.shape, kept.shape, strict=True)]
    both = [np.pad(part, [(0, n - m) for n, m in zip(sizes, part.shape, strict=True)]) for part in (change, kept)]
    return plain.relu(sum(both))


@pytest.mark.parametrize(("name", "stride"), [("conv32_1", 1), ("conv64_down", 2)])
@pytest.mark.parametrize("size", [(7, 7), (8, 8), (9, 6)])
def test_blocks_equal_plain_arithmetic(rng, name, stride, size):
    arrays = random_arrays(rng)
    network = FaceRecognition.from_face_api(arrays).requires_grad_(False)
    block = dict(network.blocks.named_children())[name]
    assert isinstance(block, Residual) and block.stride == stride
    image = rng.normal(size=(*size, STEM))
    found = block(as_batch(image))[0].permute(1, 2, 0).numpy()
    assert np.abs(found - plain_residual(image, arrays, name, stride)).max() < 1e-4


def test_stem_equals_plain_arithmetic(rng):
    arrays = random_arrays(rng)
    network = FaceRecognition.from_face_api(arrays).requires_grad_(False)
    seen = []
    network.pool.register_forward_hook(lambda module, given, made: seen.append(made))
    image = rng.integers(0, 256, (SIDE, SIDE, 3)).astype(np.float64)
    network(as_batch(image))
    corner = (image[:31, :31] - MEAN) / 255
    expected = plain.conv(corner, arrays["conv32_down/conv/filters"], 2, "valid") + arrays["conv32_down/conv/bias"]
    expected = plain.relu(expected * arrays["conv32_down/scale/weights"] + arrays["conv32_down/scale/biases"])
    expected = plain.pool(expected, 3, 2, np.max)
    assert np.abs(seen[0][0].permute(1, 2, 0).numpy()[:6, :6] - expected).max() < 1e-4


def test_layouts(rng):
    kernel, each = rng.normal(size=(3, 5, 2, 4)), rng.normal(size=(3, 5, 2, 1))
    assert (as_tensor("a/filters", kernel)[3, 1].numpy() == kernel[:, :, 1, 3]).all()
    assert as_tensor("a/depthwise_filter", each).shape == (2, 1, 3, 5)
    assert (as_tensor("a/depthwise_filter", each)[1, 0].numpy() == each[:, :, 1, 0]).all()
    assert (as_tensor("fc", kernel[0, :, :, 0]).numpy() == kernel[0, :, :, 0].T).all()
