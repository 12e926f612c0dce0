import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from facerecon.core.errors import AssetError
from facerecon.networks.weights.onnx import read_convolutions, read_graph, read_onnx


@pytest.fixture
def network(rng):
    """Two convolutions; the second uses the first one's bias through an Identity node."""
    arrays = {
        "onnx::Conv_1": rng.standard_normal((2, 3, 3, 3)).astype(np.float32),
        "onnx::Conv_2": rng.standard_normal(2).astype(np.float32),
        "head.weight": rng.standard_normal((2, 2, 1, 1)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Identity", ["onnx::Conv_2"], ["onnx::Conv_3"], name="Identity_0"),
        helper.make_node(
            "Conv", ["x", "onnx::Conv_1", "onnx::Conv_2"], ["y"], name="/body/stage1/stage1.0/stage1.0.1/Conv"
        ),
        helper.make_node("Conv", ["y", "head.weight", "onnx::Conv_3"], ["z"], name="/head/Conv"),
    ]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "z")]
    initial = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    return helper.make_model(helper.make_graph(nodes, "g", values[:1], values[1:], initial)), arrays


def test_arrays_by_name_and_through_identity(network, tmp_path):
    model, arrays = network
    onnx.save(model, tmp_path / "net.onnx")
    for source in (tmp_path / "net.onnx", model.SerializeToString()):
        read = read_onnx(source)
        assert read.keys() == arrays.keys() | {"onnx::Conv_3"}
        assert all((read[name] == array).all() for name, array in arrays.items())
        assert (read["onnx::Conv_3"] == arrays["onnx::Conv_2"]).all()
        assert [node.op_type for node in read_graph(source).node] == ["Identity", "Conv", "Conv"]


def test_convolutions_by_the_path_of_their_module(network):
    model, arrays = network
    read = read_convolutions(model.SerializeToString())
    assert list(read) == ["body.stage1.0.1.weight", "body.stage1.0.1.bias", "head.weight", "head.bias"]
    assert (read["body.stage1.0.1.weight"] == arrays["onnx::Conv_1"]).all()
    assert (read["head.bias"] == arrays["onnx::Conv_2"]).all()


def test_garbage_is_an_asset_error(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"\xff" * 100)
    with pytest.raises(AssetError, match=r"net\.onnx"):
        read_onnx(tmp_path / "net.onnx")
