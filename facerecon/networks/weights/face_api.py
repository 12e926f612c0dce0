"""Reads the weights of face-api: one binary of TensorFlow.js and the manifest that says what lies where in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from facerecon.core.errors import AssetError


def read_face_api(weights: Path, manifest: Path) -> dict[str, np.ndarray]:
    """Reads every array of a face-api network, in TensorFlow's layouts (kernels: height, width, in, out).

    A quantised array is stored as uint8 q and means q · scale + min (TensorFlow.js, weights quantisation).

    Args:
        weights: the `.bin` file, all arrays one after the other.
        manifest: the `-weights_manifest.json` file: groups of arrays, each with name, shape and quantisation.

    Returns:
        Name in the manifest → float32 array.

    Raises:
        AssetError: the two files do not belong together.
    """
    content, start, arrays = weights.read_bytes(), 0, {}
    for entry in (entry for group in json.loads(manifest.read_text("utf-8")) for entry in group["weights"]):
        stored = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
        end = start + int(np.prod(entry["shape"])) * stored.itemsize
        if end > len(content):
            break
        arrays[entry["name"]] = _values(np.frombuffer(content[start:end], stored), entry).reshape(entry["shape"])
        start = end
    else:
        if start == len(content):
            return arrays
    raise AssetError(f"{weights.name} has {len(content)} bytes, which is not what {manifest.name} describes.")


def _values(stored: np.ndarray, entry: dict[str, Any]) -> np.ndarray:
    """Turns stored numbers into the float32 they stand for."""
    if "quantization" not in entry:
        return stored.astype(np.float32)
    scale, least = entry["quantization"]["scale"], entry["quantization"]["min"]
    return (stored * np.float64(scale) + least).astype(np.float32)
