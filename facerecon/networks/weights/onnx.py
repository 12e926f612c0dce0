"""Reads the arrays of an ONNX file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from facerecon.core.errors import AssetError


def read_graph(source: Path | bytes) -> onnx.GraphProto:
    """Reads the graph: `node` in order of computation, `initializer`, `input`, `output`.

    Raises:
        AssetError: it is no ONNX file.
    """
    try:
        return onnx.load_from_string(source if isinstance(source, bytes) else Path(source).read_bytes()).graph
    except DecodeError as error:
        name = "These bytes" if isinstance(source, bytes) else Path(source).name
        raise AssetError(f"{name} cannot be read as an ONNX network.") from error


def read_onnx(source: Path | bytes) -> dict[str, np.ndarray]:
    """Reads every array: its name in the graph → values; the names that Identity nodes give it too."""
    return _arrays(read_graph(source))


def read_convolutions(source: Path | bytes) -> dict[str, np.ndarray]:
    """Reads the convolutions' arrays by the path of the module that was exported, as a state dict names them.

    PyTorch's exporter folds batch normalisation into arrays without meaning in their names (`onnx::Conv_587`), but the
    nodes keep the path: `/ssh1/conv3X3/conv3X3.0/Conv` becomes `ssh1.conv3X3.0.weight` and `.bias`.
    """
    graph = read_graph(source)
    arrays = _arrays(graph)
    return {
        f"{_module(node.name)}.{part}": arrays[name]
        for node in graph.node
        if node.op_type == "Conv"
        for part, name in zip(("weight", "bias"), node.input[1:], strict=False)
    }


def _arrays(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    return arrays


def _module(node: str) -> str:
    """Gives the module's path: a folder that goes on where the one before ended replaces it."""
    folders = node.strip("/").split("/")[:-1]
    return ".".join(_last_of_each_chain(folders))


def _last_of_each_chain(folders: list[str]) -> Iterator[str]:
    for folder, following in zip(folders, [*folders[1:], ""], strict=True):
        if not following.startswith(f"{folder}."):
            yield folder
