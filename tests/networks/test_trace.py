"""What is kept of a network is what it computed, and every number of a convolution is the sum that is shown."""

import numpy as np
import pytest
import torch
from torch import nn

from facerecon.networks.retinaface import mobilenet_retinaface
from facerecon.networks.trace import explain, receptive_field, trace

SIZE = (96, 64)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return mobilenet_retinaface().eval()


@pytest.fixture(scope="module")
def picture():
    return torch.randn(1, 3, *SIZE, generator=torch.Generator().manual_seed(1)) * 50


@pytest.fixture(scope="module")
def layers(network, picture):
    return trace(network, picture)


def convolutions(layers):
    return [layer for layer in layers.values() if isinstance(layer.module, nn.Conv2d)]


def test_every_layer_is_kept_in_the_order_of_computing(network, layers):
    leaves = {name for name, module in network.named_modules() if not any(module.children())}
    assert layers.keys() == leaves
    names = list(layers)
    assert names[0] == "backbone.stem.conv" and names[1] == "backbone.stem.activation"
    assert names.index("pyramid.lateral5.conv") < names.index("pyramid.merge4.conv") < names.index("heads.p3.scores")


def test_each_layer_gives_its_output_again(layers):
    for layer in layers.values():
        with torch.inference_mode():
            again = layer.module(torch.from_numpy(layer.input)[None])[0].numpy()
        np.testing.assert_allclose(again, layer.output, rtol=1e-5, atol=1e-5)


def test_nothing_stays_hooked_to_the_network(network, layers):
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_working_in_place_changes_nothing_that_was_kept():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)).eval()
    picture = torch.randn(1, 3, 9, 9, generator=torch.Generator().manual_seed(2))
    layers = trace(network, picture)
    assert layers["0"].output.min() < 0 and layers["1"].input.min() < 0 <= layers["1"].output.min()


def test_products_add_up_to_the_output_of_every_convolution_everywhere(layers, rng):
    kinds = set()
    for layer in convolutions(layers):
        conv, (count, height, width) = layer.module, layer.output.shape
        kinds.add((conv.kernel_size, conv.stride, conv.groups > 1))
        corners = [(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)]
        inner = zip(rng.integers(0, height, 4), rng.integers(0, width, 4), strict=True)
        for row, column in [*corners, *inner]:
            channel = int(rng.integers(0, count))
            found = explain(conv, layer.input, channel, int(row), int(column))
            assert found.value == pytest.approx(found.products.sum() + found.bias, abs=1e-12)
            np.testing.assert_array_equal(found.products, found.patch * found.kernel)
            wanted = layer.output[channel, row, column]
            assert found.value == pytest.approx(wanted, rel=1e-4, abs=1e-4 * np.abs(found.products).max() + 1e-6)
    # full, full with stride, depthwise with and without stride, pointwise
    assert kinds == {
        ((3, 3), (2, 2), False),
        ((3, 3), (1, 1), False),
        ((3, 3), (1, 1), True),
        ((3, 3), (2, 2), True),
        ((1, 1), (1, 1), False),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel_size": (3, 5), "padding": (2, 1), "stride": (2, 1)},
        {"kernel_size": 3, "groups": 2, "padding": 1},
        {"kernel_size": 3, "dilation": 2, "bias": False},
    ],
)
def test_products_add_up_for_convolutions_of_other_networks(arguments, rng):
    conv = nn.Conv2d(4, 6, **arguments)
    maps = rng.normal(size=(4, 11, 12)).astype(np.float32)
    with torch.inference_mode():
        output = conv(torch.from_numpy(maps)[None])[0].numpy()
    sums = [
        [[explain(conv, maps, k, r, c).value for c in range(output.shape[2])] for r in range(output.shape[1])]
        for k in range(6)
    ]
    np.testing.assert_allclose(sums, output, rtol=1e-4, atol=1e-5)


def test_the_patch_is_the_part_of_the_input_that_its_corner_names(layers):
    layer = layers["backbone.stage2.0.depthwise.conv"]
    found = explain(layer.module, layer.input, 5, 7, 3)
    top, left = found.corner
    assert found.channels.tolist() == [5]
    np.testing.assert_array_equal(found.patch[0], layer.input[5, top : top + 3, left : left + 3])
    edge = explain(layer.module, layer.input, 5, 0, 0)
    assert edge.corner == (-1, -1) and not edge.patch[0, 0].any() and not edge.patch[0, :, 0].any()


def test_a_receptive_field_is_what_theory_says(network):
    # Three by three at stride 2, then three by three at stride 1: 3 + 2 (3 - 1) = 7 px around px 2 · 8.
    box = receptive_field(network, SIZE, "backbone.stage1.0.depthwise.conv", 8, 10)
    np.testing.assert_array_equal(box, [20 - 3.5, 16 - 3.5, 20 + 3.5, 16 + 3.5])
    np.testing.assert_array_equal(receptive_field(network, SIZE, "backbone.stem.conv", 0, 0), [-0.5, -0.5, 1.5, 1.5])


def test_what_lies_outside_a_receptive_field_has_no_influence(network, picture, layers):
    name = "backbone.stage3.1.pointwise.conv"
    x0, y0, x1, y1 = (receptive_field(network, SIZE, name, 4, 3) + 0.5).astype(int)
    assert 0 < x0 < x1 < SIZE[1] and 0 < y0 < y1 < SIZE[0]
    outside = torch.randn_like(picture) * 50
    outside[..., y0:y1, x0:x1] = picture[..., y0:y1, x0:x1]
    np.testing.assert_allclose(
        trace(network, outside)[name].output[:, 4, 3], layers[name].output[:, 4, 3], rtol=1e-4, atol=1e-5
    )
    inside = picture.clone()
    inside[..., y0:y1, x0:x1] += 40
    assert np.abs(trace(network, inside)[name].output[:, 4, 3] - layers[name].output[:, 4, 3]).max() > 1e-3
