"""Puts public weights of YOLOv8-nano-face into our modules: which array of the file is which of ours."""

from __future__ import annotations

import re
from pathlib import Path

import torch

from facerecon.core.errors import AssetError
from facerecon.networks.weights.onnx import read_convolutions
from facerecon.networks.yolo_face import YoloFace

MODULES = {
    0: "stem",
    1: "down4",
    2: "stage4",
    3: "down8",
    4: "stage8",
    5: "down16",
    6: "stage16",
    7: "down32",
    8: "stage32",
    9: "pooling",
    12: "up16",
    15: "up8",
    16: "return16",
    18: "merge16",
    19: "return32",
    21: "merge32",
    22: "heads",
}
"""Number of a module in the file → its name here; the others (resizing, joining) have no weights."""
RENAMED = (
    (r"^model\.(\d+)", lambda found: MODULES[int(found[1])]),
    (r"^heads\.cv2\.(\d)", r"heads.\1.sides"),
    (r"^heads\.cv3\.(\d)", r"heads.\1.scores"),
    (r"^heads\.cv4\.(\d)", r"heads.\1.points"),
    (r"\.m\.(\d)\.cv1", r".blocks.\1.first"),
    (r"\.m\.(\d)\.cv2", r".blocks.\1.second"),
    (r"\.cv1", ".enter"),
    (r"\.cv2", ".leave"),
)
"""Pattern in the file's names → ours, one after the other."""
MEAN = "model.22.dfl.conv.weight"
"""The numbers 0 … 15, with which the file takes the mean of a distribution: not learned."""


def read_yolo_face(source: Path | bytes) -> YoloFace:
    """Makes YOLOv8-nano-face with the weights of an ONNX file that Ultralytics exported, ready to be asked.

    The exporter folded batch normalisation into the convolutions and kept the names of the modules.
    """
    network, arrays = YoloFace(), read_convolutions(source)
    try:
        network.load_state_dict({_name(key): torch.from_numpy(a.copy()) for key, a in arrays.items() if key != MEAN})
    except (RuntimeError, KeyError) as error:
        raise AssetError("The weights are not those of a YOLOv8-nano for faces with five points.") from error
    return network.eval()


def _name(key: str) -> str:
    """Translates `model.4.m.0.cv1.conv.weight` into `stage8.blocks.0.first.conv.weight`."""
    for pattern, replacement in RENAMED:
        key = re.sub(pattern, replacement, key)
    return key
