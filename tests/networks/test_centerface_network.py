"""CenterFace computes what its public file computes."""

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import skimage.data
import torch

from facerecon.assets import locate
from facerecon.core.errors import AssetError
from facerecon.networks.centerface import CenterFace
from facerecon.networks.mobilenet_v2 import MobileNetV2
from facerecon.networks.weights.centerface import read_centerface

PICTURES = ("astronaut", "coffee", "chelsea", "rocket", "camera")


@pytest.fixture(scope="module")
def network():
    return read_centerface(locate("centerface"))


@pytest.fixture(scope="module")
def runtime():
    """The file itself; it was exported for ten pictures of 32 × 32, which its graph does not depend on."""
    model = onnx.load(locate("centerface"))
    for value in (*model.graph.input, *model.graph.output):
        for axis, size in enumerate(value.type.tensor_type.shape.dim):
            if axis != 1:
                size.dim_param = f"{value.name}:{axis}"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return lambda pictures: session.run(None, {"input.1": pictures.numpy()})


def batch(height, width):
    images = [getattr(skimage.data, name)() for name in PICTURES]
    images = [image if image.ndim == 3 else np.dstack([image] * 3) for image in images]
    stacked = np.stack([cv2.resize(image, (width, height)) for image in images])
    return torch.from_numpy(stacked).permute(0, 3, 1, 2).float().contiguous()


@pytest.mark.parametrize("size", [(256, 256), (96, 160), (320, 192)])
def test_equals_onnxruntime(network, runtime, size):
    pictures = batch(*size)
    with torch.inference_mode():
        together = network(pictures)
        for maps, expected in zip(together, runtime(pictures), strict=True):
            assert maps.shape == expected.shape and np.abs(maps.numpy() - expected).max() < 1e-3
        for row in range(len(pictures)):
            alone = network(pictures[row : row + 1])
            assert all((one[0] - all_[row]).abs().max() < 1e-4 for one, all_ in zip(alone, together, strict=True))
    assert together.heat.min() >= 0 and together.heat[0].max() > 0.5 > 2 * together.heat[1].max()


def test_modules_stand_in_the_order_of_computation():
    network, ran = CenterFace().eval(), []
    leaves = {name: module for name, module in network.named_modules() if not list(module.children())}
    for name, module in leaves.items():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    with torch.inference_mode():
        network(torch.zeros(1, 3, 32, 32))
    assert ran == list(leaves)


def test_backbone_halves_the_resolution_and_has_the_papers_cost():
    backbone = MobileNetV2()
    with torch.inference_mode():
        maps = backbone(torch.zeros(2, 3, 64, 96))
    assert [tuple(m.shape) for m in maps] == [(2, 24, 16, 24), (2, 32, 8, 12), (2, 96, 4, 6), (2, 320, 2, 3)]
    # Each weight of a convolution with c inputs a group and c' outputs: h w c c' k² multiplications.
    multiplications = []
    for module in backbone.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(
                lambda module, _, out: multiplications.append(module.weight.numel() * out.shape[2] * out.shape[3])
            )
    with torch.inference_mode():
        backbone(torch.zeros(1, 3, 224, 224))
    # The paper counts 300 million with its last 1 × 1 convolution (320 to 1280 at 7 × 7) and its classifier.
    assert sum(multiplications) + 320 * 1280 * 49 + 1280 * 1000 == pytest.approx(300e6, rel=0.01)


def test_parameters(network):
    assert sum(parameter.numel() for parameter in network.parameters()) == 1_819_999


def test_weights_of_another_network_are_refused():
    empty = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], []))
    with pytest.raises(AssetError, match="lack"):
        read_centerface(empty.SerializeToString())
    model = onnx.load(locate("centerface"))
    next(array for array in model.graph.initializer if array.name == "542").CopyFrom(
        onnx.numpy_helper.from_array(np.zeros((1, 3, 3, 3), np.float32), "542")
    )
    with pytest.raises(AssetError, match="shapes"):
        read_centerface(model.SerializeToString())
