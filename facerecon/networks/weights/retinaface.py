"""Puts public weights of RetinaFace into our modules: which of our convolutions is which of theirs.

Both files come from biubug6/Pytorch_Retinaface (MIT), trained on WIDER FACE: the small network by way of ONNX, which
names the exported modules; the large one as a checkpoint with batch normalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from facerecon.core.errors import AssetError
from facerecon.networks import mobilenet
from facerecon.networks.retinaface import RetinaFace, mobilenet_retinaface, resnet50_retinaface
from facerecon.networks.weights.checkpoint import fold_batch_norms, read_checkpoint
from facerecon.networks.weights.onnx import read_convolutions

PYRAMID = {
    "lateral3": "output1",
    "lateral4": "output2",
    "lateral5": "output3",
    "merge3": "merge1",
    "merge4": "merge2",
}
CONTEXT = {
    "field3": "conv3X3",
    "reduce": "conv5X5_1",
    "field5": "conv5X5_2",
    "deepen": "conv7X7_2",
    "field7": "conv7x7_3",
}


def read_mobilenet_retinaface(source: Path | bytes) -> RetinaFace:
    """Makes the small RetinaFace with the weights of an ONNX file (`fx`, `fpn`, `ssh1` …, batch norms folded)."""
    names = {**_mobilenet_names(), **_common_names("class_head.{}", "bbox_head.{}", "landmark_head.{}")}
    return _filled(mobilenet_retinaface(), read_convolutions(source), names)


def read_resnet50_retinaface(path: Path) -> RetinaFace:
    """Makes the large RetinaFace with the weights of a checkpoint (`body`, `fpn`, `ssh1` …, batch norms apart)."""
    network = resnet50_retinaface()
    heads = _common_names("ClassHead.{}.conv1x1", "BboxHead.{}.conv1x1", "LandmarkHead.{}.conv1x1")
    return _filled(network, fold_batch_norms(read_checkpoint(path)), {**_resnet_names(network), **heads})


def _filled(network: RetinaFace, arrays: Mapping[str, np.ndarray], names: Mapping[str, str]) -> RetinaFace:
    """Copies arrays into a network: our convolution → theirs; ready to be asked, not to be trained."""
    wanted = {f"{ours}.{part}": f"{theirs}.{part}" for ours, theirs in names.items() for part in ("weight", "bias")}
    missing = sorted(set(wanted.values()) - arrays.keys())
    if missing:
        raise AssetError(f"The weights lack {missing[0]} and {len(missing) - 1} more arrays of RetinaFace.")
    try:
        network.load_state_dict({ours: torch.from_numpy(arrays[theirs].copy()) for ours, theirs in wanted.items()})
    except RuntimeError as error:
        raise AssetError("The weights have other shapes than RetinaFace's.") from error
    return network.eval()


def _common_names(scores: str, boxes: str, points: str) -> dict[str, str]:
    """Names what both networks have above their backbones; the heads by patterns with the level's number."""
    names = {f"pyramid.{ours}.conv": f"fpn.{theirs}.0" for ours, theirs in PYRAMID.items()}
    for number, level in enumerate(("p3", "p4", "p5")):
        for ours, theirs in CONTEXT.items():
            names[f"heads.{level}.context.{ours}.conv"] = f"ssh{number + 1}.{theirs}.0"
        for ours, theirs in {"scores": scores, "boxes": boxes, "points": points}.items():
            names[f"heads.{level}.{ours}"] = theirs.format(number)
    return names


def _mobilenet_names() -> dict[str, str]:
    """Names the small backbone: their three stages hold our stem and stages 1 to 3, our stage 4, our stage 5."""
    ours = [f"stage{stage}.{block}" for stage, (_, blocks) in mobilenet.STAGES.items() for block in range(blocks)]
    stages = {1: range(1, 6), 2: range(6), 3: range(2)}
    theirs = [f"stage{stage}.{block}" for stage, blocks in stages.items() for block in blocks]
    names = {"backbone.stem.conv": "fx.stage1.0.0"}
    for mine, other in zip(ours, theirs, strict=True):
        names[f"backbone.{mine}.depthwise.conv"] = f"fx.{other}.0.0"
        names[f"backbone.{mine}.pointwise.conv"] = f"fx.{other}.1.0"
    return names


def _resnet_names(network: RetinaFace) -> dict[str, str]:
    """Names the large backbone as torchvision does: `layer1` is our stage 2."""
    inner = {"reduce": "conv1", "spatial": "conv2", "expand": "conv3", "shortcut": "downsample.0"}
    names = {"backbone.stem.conv": "body.conv1"}
    for name, _ in network.backbone.named_parameters(prefix="backbone"):
        root, stage, *rest = name.removesuffix(".weight").removesuffix(".bias").split(".")
        if stage != "stem":
            block, layer, _ = rest
            names[".".join((root, stage, *rest))] = f"body.layer{int(stage[-1]) - 1}.{block}.{inner[layer]}"
    return names
