"""YOLOv8-face computes what onnxruntime computes of a file of the public layout."""

import numpy as np
import onnxruntime
import pytest
import torch
from public_yolo_face import PublicYoloFace

from facerecon.core.errors import AssetError
from facerecon.networks.weights.yolo_face import read_yolo_face
from facerecon.networks.yolo_face import STRIDES

SIDE = 96


@pytest.fixture(scope="module")
def file():
    return PublicYoloFace(SIDE).bytes()


@pytest.fixture(scope="module")
def network(file):
    return read_yolo_face(file)


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(1).integers(0, 256, (2, 3, SIDE, SIDE)).astype(np.float32)


@pytest.fixture(scope="module")
def expected(file, pixels):
    """By picture: `output0` and the nine raw maps."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return [session.run(None, {"images": image[None] / 255}) for image in pixels]


def test_equals_onnxruntime(network, pixels, expected):
    with torch.inference_mode():
        given = network(torch.from_numpy(pixels))
    for row, (_, *raw) in enumerate(expected):
        sides, scores, points = (
            np.concatenate([raw[3 * level + kind].reshape(maps, -1) for level in range(3)], axis=1).T
            for kind, maps in enumerate((64, 1, 15))
        )
        assert np.ptp(scores) > 0.3 and np.ptp(sides) > 1  # random weights, but no dead network
        assert np.abs(given.logits[row].numpy() - scores[:, 0]).max() < 1e-3
        assert np.abs(given.sides[row].numpy() - sides.reshape(-1, 4, 16)).max() < 1e-3
        assert np.abs(given.points[row].numpy() - points.reshape(-1, 5, 3)[..., :2]).max() < 1e-3


def test_size_of_the_public_network(network):
    # The public file of 12,659,761 bytes holds float32: these, the 16 numbers 0 … 15, and some grids.
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == 3_078_112 and 0 < 12_659_761 - 4 * (count + 16) < 400_000


def test_cells_of_every_level(network):
    with torch.inference_mode():
        given = network(torch.zeros(1, 3, 128, 160))
    cells = sum((128 // stride) * (160 // stride) for stride in STRIDES)
    assert [tuple(part.shape) for part in given] == [(1, cells), (1, cells, 4, 16), (1, cells, 5, 2)]


@pytest.mark.parametrize("change", [(b"/model.22/cv4", b"/model.22/cv5"), (b"/model.12/", b"/model.11/")])
def test_another_layout_is_refused(file, change):
    with pytest.raises(AssetError, match="not those of a YOLOv8-nano"):
        read_yolo_face(file.replace(*change))
