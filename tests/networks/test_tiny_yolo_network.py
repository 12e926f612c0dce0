"""Tiny-YOLO against the same TensorFlow graph written down in plain numpy: NHWC, “same” and “valid” padding."""

import numpy as np
import pytest
import torch

from facerecon.assets import locate
from facerecon.networks.tiny_yolo import ANCHORS, MEAN, TinyYolo
from facerecon.networks.weights.face_api import read_face_api


@pytest.fixture(scope="module")
def arrays():
    return read_face_api(locate("tiny_yolo_face"), locate("tiny_yolo_face_manifest"))


@pytest.fixture(scope="module")
def network(arrays):
    return TinyYolo.from_face_api(arrays)


def leaky(x):
    return np.where(x > 0, x, 0.1 * x)


def patches(x, size, stride):
    """(H, W, C) → (H', W', size, size, C)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(0, 1))
    return windows[::stride, ::stride].transpose(0, 1, 3, 4, 2)


def same_pool(x, stride):
    """TensorFlow's max-pool 2×2 “same”: ceil(H / stride) places; padding, more of it behind, never wins."""
    pads = [max((-(-size // stride) - 1) * stride + 2 - size, 0) for size in x.shape[:2]]
    x = np.pad(x, [*((p // 2, p - p // 2) for p in pads), (0, 0)], constant_values=-np.inf)
    return patches(x, 2, stride).max(axis=(2, 3))


def reference(w, image):
    x = (image.astype(np.float64) - np.array(MEAN)) / 255
    x = leaky(np.einsum("hwijc,ijco->hwo", patches(x, 3, 1), w["conv0/filters"]) + w["conv0/bias"])
    for index in range(1, 6):
        x = same_pool(x, 2)
        spread = np.einsum(
            "hwijc,ijcm->hwcm", patches(np.pad(x, [(1, 1), (1, 1), (0, 0)]), 3, 1), w[f"conv{index}/depthwise_filter"]
        )
        mixed = spread[..., 0] @ w[f"conv{index}/pointwise_filter"][0, 0]
        x = leaky(mixed + w[f"conv{index}/bias"])
    x = same_pool(x, 1)
    return x @ w["conv8/filters"][0, 0] + w["conv8/bias"]


@pytest.mark.parametrize("side", [32, 64, 96, 160])
def test_equals_the_tensorflow_graph(network, arrays, side):
    image = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    expected = reference({name: array.astype(np.float64) for name, array in arrays.items()}, image)
    with torch.inference_mode():
        given = network(torch.from_numpy(image).permute(2, 0, 1)[None].float())
    cells = side // 32
    assert given.shape == (1, len(ANCHORS), 5, cells, cells) and expected.shape == (cells, cells, 25)
    given = given[0].permute(2, 3, 0, 1).reshape(cells, cells, 25).numpy()
    assert np.abs(given - expected).max() < 1e-3


def test_every_weight_has_its_place(network, arrays):
    assert sum(parameter.numel() for parameter in network.parameters()) == sum(a.size for a in arrays.values())


def test_batch_changes_nothing(network):
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (3, 3, 64, 64)).astype(np.float32))
    with torch.inference_mode():
        together = network(images)
        alone = torch.cat([network(image[None]) for image in images])
    assert torch.allclose(together, alone, atol=1e-4)


def test_maximum_at_the_border_ignores_the_padding(network):
    features = -torch.rand(1, 512, 3, 3) - 1
    with torch.inference_mode():
        pooled = network.backbone.pool5(features)
    assert pooled.shape == features.shape and (pooled[..., 2, 2] == features[..., 2, 2]).all()
