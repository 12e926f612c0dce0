"""Turns arrays from TensorFlow's layouts into torch's."""

from __future__ import annotations

import numpy as np
import torch


def as_tensor(name: str, array: np.ndarray) -> torch.Tensor:
    """Gives an array the order of axes that torch wants.

    Args:
        name: in the file; one that ends in `depthwise_filter` is `(height, width, channels, 1)`.
        array: a kernel `(height, width, in, out)`, a matrix `(in, out)`, or a vector, which stays as it is.

    Returns:
        `(out, in, height, width)`, `(channels, 1, height, width)`, `(out, in)` or the vector.
    """
    if array.ndim == 4:
        array = array.transpose((2, 3, 0, 1) if name.endswith("depthwise_filter") else (3, 2, 0, 1))
    elif array.ndim == 2:
        array = array.T
    return torch.from_numpy(array.copy())
