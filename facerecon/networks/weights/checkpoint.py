"""Reads PyTorch checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch

from facerecon.core.errors import AssetError

NORM = ("weight", "bias", "running_mean", "running_var")
EPSILON = 1e-5
"""PyTorch's own, added to the variance."""


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """Reads the arrays of a `.pth` or `.pt` file, without running any code that it may hold.

    The prefix `module.`, which DataParallel leaves, is taken off, and arrays below `state_dict` are found.

    Returns:
        Name → array, in the order of the file, which is the order in which the modules were made.

    Raises:
        AssetError: it is no checkpoint of plain arrays.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        arrays = content.get("state_dict", content)
        return {name.removeprefix("module."): tensor.numpy() for name, tensor in arrays.items()}
    except (RuntimeError, UnpicklingError, EOFError, AttributeError) as error:
        raise AssetError(f"{Path(path).name} cannot be read as a PyTorch checkpoint of plain arrays.") from error


def fold_batch_norms(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Folds every batch normalisation into the convolution before it, into weight and bias.

    γ (W x − μ) / √(σ² + ε) + β = (s W) x + (β − s μ) with s = γ / √(σ² + ε) (Ioffe and Szegedy 2015, section 3.1).

    Args:
        arrays: a state dict, in the order of its modules.
    """
    modules: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        module, _, part = name.rpartition(".")
        modules.setdefault(module, {})[part] = array
    folded: dict[str, dict[str, np.ndarray]] = {}
    for module, parts in modules.items():
        if "running_var" not in parts:
            folded[module] = last = dict(parts)
            continue
        gain, shift, mean, variance = (parts[part].astype(np.float64) for part in NORM)
        scale = gain / np.sqrt(variance + EPSILON)
        last["bias"] = (shift + scale * (last.get("bias", 0.0) - mean)).astype(np.float32)
        last["weight"] = (last["weight"] * scale[:, None, None, None]).astype(np.float32)
    return {f"{module}.{part}": array for module, parts in folded.items() for part, array in parts.items()}
