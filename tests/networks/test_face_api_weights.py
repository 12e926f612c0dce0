"""The reader of face-api's weights, on files that are written here, and on the real ones."""

import json

import numpy as np
import pytest

from facerecon.assets import locate
from facerecon.core.errors import AssetError
from facerecon.networks.weights.face_api import read_face_api


@pytest.fixture
def files(tmp_path):
    """A network of a quantised and a plain array, in two groups; gives the paths and the true values."""
    rng = np.random.default_rng(0)
    quantised, plain = rng.integers(0, 256, (3, 2, 4), dtype=np.uint8), rng.normal(size=(5,)).astype("<f4")
    rule = {"dtype": "uint8", "scale": 0.02, "min": -1.5}
    groups = [
        {"paths": ["a.bin"], "weights": [{"name": "a", "shape": [3, 2, 4], "dtype": "float32", "quantization": rule}]},
        {"paths": ["a.bin"], "weights": [{"name": "b/c", "shape": [5], "dtype": "float32"}]},
    ]
    (tmp_path / "a.json").write_text(json.dumps(groups))
    (tmp_path / "a.bin").write_bytes(quantised.tobytes() + plain.tobytes())
    return tmp_path / "a.bin", tmp_path / "a.json", {"a": quantised * 0.02 - 1.5, "b/c": plain}


def test_values_shapes_and_types(files):
    weights, manifest, truth = files
    arrays = read_face_api(weights, manifest)
    assert list(arrays) == list(truth)
    for name, array in arrays.items():
        assert array.dtype == np.float32 and array.shape == truth[name].shape
        assert np.allclose(array, truth[name], atol=1e-7)


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:3], lambda b: b""])
def test_files_that_do_not_belong_together(files, change):
    weights, manifest, _ = files
    weights.write_bytes(change(weights.read_bytes()))
    with pytest.raises(AssetError, match="a.bin has .* not what a.json describes"):
        read_face_api(weights, manifest)


def test_the_detector_of_face_api():
    arrays = read_face_api(locate("tiny_yolo_face"), locate("tiny_yolo_face_manifest"))
    assert sum(array.size for array in arrays.values()) == 193_321
    assert arrays["conv0/filters"].shape == (3, 3, 3, 16) and arrays["conv8/filters"].shape == (1, 1, 512, 25)
    assert all(np.isfinite(array).all() and array.std() > 0 for array in arrays.values())
