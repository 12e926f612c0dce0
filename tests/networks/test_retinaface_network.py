"""RetinaFace computes what its public networks compute: the ONNX file, and a plain reading of the checkpoint."""

import ast

import cv2
import numpy as np
import onnxruntime
import pytest
import skimage.data
import torch
from public_retinaface import PublicRetinaFace

from facerecon.assets import locate
from facerecon.core.errors import AssetError
from facerecon.networks.retinaface import mobilenet_retinaface, normalised, resnet50_retinaface
from facerecon.networks.weights.retinaface import read_mobilenet_retinaface, read_resnet50_retinaface

PICTURES = ("astronaut", "coffee", "chelsea", "rocket", "camera")


@pytest.fixture(scope="module")
def onnx_bytes():
    return ast.literal_eval(locate("retinaface").read_text("utf-8").partition("=")[2].strip())


@pytest.fixture(scope="module")
def small(onnx_bytes):
    return read_mobilenet_retinaface(onnx_bytes)


@pytest.fixture(scope="module")
def runtime(onnx_bytes):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_bytes, options)
    return lambda pictures: session.run(["loc", "conf", "landmarks"], {"input": pictures.numpy()})


def batch(height, width):
    images = [getattr(skimage.data, name)() for name in PICTURES]
    images = [image if image.ndim == 3 else np.dstack([image] * 3) for image in images]
    return normalised(np.stack([cv2.resize(image, (width, height)) for image in images]))


def difference(prediction, expected):
    boxes, scores, points = expected
    return max(
        np.abs(prediction.logits.sigmoid().numpy() - scores[..., 1]).max(),
        np.abs(prediction.boxes.numpy() - boxes).max(),
        np.abs(prediction.points.flatten(2).numpy() - points).max(),
    )


@pytest.mark.parametrize("size", [(320, 320), (203, 317), (96, 160)])
def test_small_network_equals_onnxruntime(small, runtime, size):
    pictures = batch(*size)
    with torch.inference_mode():
        together = small(pictures)
        assert difference(together, runtime(pictures)) < 1e-3
        for row in range(len(pictures)):
            alone = small(pictures[row : row + 1])
            assert difference(alone, runtime(pictures[row : row + 1])) < 1e-3
            assert all((a[0] - t[row]).abs().max() < 1e-4 for a, t in zip(alone, together, strict=True))


def test_pictures_become_blue_first_without_the_mean():
    pictures = np.zeros((1, 2, 3, 3), np.uint8)
    pictures[0, 1, 2] = (200, 100, 50)
    tensor = normalised(pictures)
    assert tensor.shape == (1, 3, 2, 3)
    assert tensor[0, :, 1, 2].tolist() == [50 - 104, 100 - 117, 200 - 123]


@pytest.mark.parametrize("make", [mobilenet_retinaface, resnet50_retinaface])
def test_modules_stand_in_the_order_of_computation(make):
    network, ran = make(), []
    leaves = {name: module for name, module in network.named_modules() if not list(module.children())}
    for name, module in leaves.items():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    with torch.inference_mode():
        network(torch.zeros(1, 3, 32, 32))
    assert ran == list(leaves)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 7)])
def test_any_size(small, size):
    cells = sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in (8, 16, 32))
    with torch.inference_mode():
        logits, boxes, points = small(torch.zeros(2, 3, *size))
    assert logits.shape == (2, 2 * cells) and boxes.shape == (2, 2 * cells, 4) and points.shape == (2, 2 * cells, 5, 2)


def test_weights_of_another_network_are_refused(onnx_bytes, tmp_path):
    torch.save({"body.conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "other.pth")
    with pytest.raises(AssetError, match="lack"):
        read_resnet50_retinaface(tmp_path / "other.pth")


@pytest.mark.parametrize("prefix", ["module.", ""])
def test_large_network_reads_the_public_layout(rng, tmp_path, prefix):
    public = PublicRetinaFace(rng)
    torch.save({prefix + name: array for name, array in public.arrays.items()}, tmp_path / "resnet50.pth")
    network = read_resnet50_retinaface(tmp_path / "resnet50.pth")
    pictures = torch.from_numpy(rng.uniform(-1, 1, (2, 3, 70, 45)).astype(np.float32))
    with torch.inference_mode():
        found, expected = network(pictures), public(pictures)
        assert expected[1][..., 1].std() > 0.01  # random, but not dead
        assert difference(found, expected) < 1e-3
        alone = network(pictures[1:])
    assert all((a[0] - t[1]).abs().max() < 1e-4 for a, t in zip(alone, found, strict=True))


def test_parameters():
    assert sum(p.numel() for p in mobilenet_retinaface().parameters()) == 423_264
    assert sum(p.numel() for p in resnet50_retinaface().parameters()) == 27_264_608


@pytest.mark.parametrize("make", [mobilenet_retinaface, resnet50_retinaface])
def test_training_begins_with_the_prior(make):
    network = make().initialise(torch.Generator().manual_seed(0), prior=0.05)
    with torch.inference_mode():
        logits, boxes, _ = network(batch(64, 96)[:2] / 64)
    assert logits.sigmoid().mean() == pytest.approx(0.05, rel=0.5)
    assert 1e-4 < boxes.std() < 3
