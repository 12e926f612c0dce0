"""Looks inside a network: keeps what every layer saw and said, and takes one number apart into its products."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer did to one picture."""

    name: str
    "as in `named_modules()`"
    module: nn.Module
    "without children"
    input: np.ndarray
    "`(C, H, W)` float32"
    output: np.ndarray
    "`(C', H', W')` float32"

    @property
    def convolution(self) -> str:
        """Which kind of convolution it is: `full`, `pointwise` or `depthwise`; empty: none."""
        if not isinstance(self.module, nn.Conv2d):
            return ""
        if self.module.groups > 1:
            return "depthwise"
        return "pointwise" if self.module.kernel_size == (1, 1) else "full"


@dataclass(frozen=True, eq=False)
class Products:
    """One number of a convolution's output as the sum that it is: `value = products.sum() + bias`."""

    channels: np.ndarray
    "`(C,)` which channels of the input it looks at: all, or those of its group"
    patch: np.ndarray
    "`(C, K, L)` what it sees of them; 0 beyond the border"
    kernel: np.ndarray
    "`(C, K, L)` its weights"
    products: np.ndarray
    "`(C, K, L)` patch times kernel"
    bias: float
    value: float
    place: tuple[int, int]
    "row and column of the number in the output"
    corner: tuple[int, int]
    "row and column of the patch's first element in the input; negative in the padding"


def trace(network: nn.Module, picture: torch.Tensor) -> dict[str, Layer]:
    """Runs a network once and keeps the input and output of each layer that has one of each.

    Args:
        network: on any device.
        picture: `(1, C, H, W)`.

    Returns:
        Name → layer, in the order in which they computed; of a layer that was used twice, the last use.
    """
    layers: dict[str, Layer] = {}
    inputs: dict[nn.Module, np.ndarray] = {}

    def before(module: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        inputs[module] = _array(given[0])  # a layer that works in place would overwrite it

    def after(module: nn.Module, _: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        layers[names[module]] = Layer(names[module], module, inputs.pop(module), _array(output))

    network = copy.deepcopy(network)  # others may be using it
    names = {module: name for name, module in network.named_modules() if not any(module.children())}
    for module in names:
        module.register_forward_pre_hook(before)
        module.register_forward_hook(after)
    with torch.inference_mode():
        network(picture)
    return layers


def explain(convolution: nn.Conv2d, maps: np.ndarray, channel: int, row: int, column: int) -> Products:
    """Takes one number of a convolution's output apart; full, pointwise and depthwise ones are the same sum.

    Args:
        convolution: with zero padding.
        maps: `(C, H, W)` its input.
        channel: of the output.
        row: of the output.
        column: of the output.

    Returns:
        The products, in float64; their sum is the layer's float32 output up to rounding.
    """
    weights = convolution.weight.detach().cpu().numpy().astype(np.float64)
    bias = 0.0 if convolution.bias is None else float(convolution.bias[channel].detach())
    # Output channels come in groups; each looks at its own group of input channels.
    group = channel // (convolution.out_channels // convolution.groups)
    channels = np.arange(weights.shape[1]) + group * weights.shape[1]
    at = np.array([row, column]) * convolution.stride - convolution.padding
    rows, columns = (
        start + np.arange(size) * dilation
        for start, size, dilation in zip(at, convolution.kernel_size, convolution.dilation, strict=True)
    )
    inside = np.outer((rows >= 0) & (rows < maps.shape[1]), (columns >= 0) & (columns < maps.shape[2]))
    seen = maps[np.ix_(channels, rows.clip(0, maps.shape[1] - 1), columns.clip(0, maps.shape[2] - 1))]
    patch, kernel = np.where(inside, seen, 0).astype(np.float64), weights[channel]
    products = patch * kernel
    value = float(products.sum()) + bias
    return Products(channels, patch, kernel, products, bias, value, (row, column), (int(at[0]), int(at[1])))


def receptive_field(network: nn.Module, size: tuple[int, int], name: str, row: int, column: int) -> np.ndarray:
    """Finds the part of the picture that one place of a layer's output depends on.

    It is where the gradient is not zero in a copy of the network whose weights are all positive, so that nothing
    cancels. That holds for any architecture made of convolutions, ReLUs, sums and resizing.

    Args:
        network: on any device.
        size: height and width of the picture, px.
        name: of the layer.
        row: of its output.
        column: of its output.

    Returns:
        `(4,)` x0 y0 x1 y1, px: the outer edges of the outermost pixels.
    """
    probe = copy.deepcopy(network)
    for module in probe.modules():
        if isinstance(module, nn.Conv2d):
            # Averages: sums would overflow after some thirty layers.
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    found: list[torch.Tensor] = []
    probe.get_submodule(name).register_forward_hook(lambda _, inputs, output: found.append(output))
    picture = torch.ones(1, 3, *size, device=next(probe.parameters()).device, requires_grad=True)
    probe(picture)
    (gradient,) = torch.autograd.grad(found[0][0, :, row, column].sum(), picture)
    rows, columns = np.nonzero(_array(gradient).any(axis=0))
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) - 0.5


def _array(tensor: torch.Tensor) -> np.ndarray:
    """Copies the first of a batch: a later layer may work in place."""
    return tensor.detach()[0].cpu().numpy().copy()
