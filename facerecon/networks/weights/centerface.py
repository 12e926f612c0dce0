"""Puts the public weights of CenterFace into our modules: which array of the file is which of ours.

The file is `centerface_bnmerged.onnx` of Star-Clouds/CenterFace (MIT), trained on WIDER FACE.
"""

from __future__ import annotations

from pathlib import Path

import torch

from facerecon.core.errors import AssetError
from facerecon.networks.centerface import CenterFace
from facerecon.networks.weights.onnx import read_onnx

NAMES = {
    **{f"merges.{index}.upsample": f"neck.deconv_layers.{2 - index}.conv" for index in range(3)},
    **{f"merges.{index}.norm": f"neck.deconv_layers.{2 - index}.bn" for index in range(3)},
    "heat": "head.pos_conv",
    "scale": "head.reg_conv",
    "offset": "head.off_conv",
    "points": "head.lm_conv",
}
"""Our module → theirs, where the file has a name for it."""


def read_centerface(source: Path | bytes) -> CenterFace:
    """Makes CenterFace with the weights of an ONNX file, ready to be asked.

    Folding the batch norms took the names of most convolutions: their weights and biases are numbered in the order in
    which they compute, which is the order of our modules.
    """
    network, arrays = CenterFace(), read_onnx(source)
    numbered = iter(sorted(filter(str.isdigit, arrays), key=int))
    state = {}
    for name in network.state_dict():
        module, _, part = name.rpartition(".")
        theirs = f"{NAMES[module]}.{part}" if module in NAMES else next(numbered, "")
        if theirs not in arrays:
            raise AssetError(f"The weights lack an array for CenterFace's {name}.")
        state[name] = torch.from_numpy(arrays[theirs].copy())
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise AssetError("The weights have other shapes than CenterFace's.") from error
    return network.eval()
