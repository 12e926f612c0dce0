"""A file of facenet-pytorch's layout: its names and shapes, written down here again, and random numbers."""

import numpy as np
import torch


def unit(name, outputs, inputs, height, width=None):
    shape = (outputs, inputs, height, width or height)
    vectors = {f"{name}.bn.{part}": (outputs,) for part in ("weight", "bias", "running_mean", "running_var")}
    return {f"{name}.conv.weight": shape, **vectors, f"{name}.bn.num_batches_tracked": ()}


def block35(name):
    shapes = unit(f"{name}.branch0", 32, 256, 1)
    for branch, sizes in {"branch1": (1, 3), "branch2": (1, 3, 3)}.items():
        for index, size in enumerate(sizes):
            shapes |= unit(f"{name}.{branch}.{index}", 32, 32 if index else 256, size)
    return shapes | {f"{name}.conv2d.weight": (256, 96, 1, 1), f"{name}.conv2d.bias": (256,)}


def block_rows(name, channels, width, length):
    shapes = unit(f"{name}.branch0", width, channels, 1) | unit(f"{name}.branch1.0", width, channels, 1)
    shapes |= unit(f"{name}.branch1.1", width, width, 1, length) | unit(f"{name}.branch1.2", width, width, length, 1)
    return shapes | {f"{name}.conv2d.weight": (channels, 2 * width, 1, 1), f"{name}.conv2d.bias": (channels,)}


def public_shapes():
    """Name in the public file → shape."""
    stem = [("1a", 32, 3, 3), ("2a", 32, 32, 3), ("2b", 64, 32, 3), ("3b", 80, 64, 1), ("4a", 192, 80, 3)]
    shapes = {}
    for name, *numbers in [*stem, ("4b", 256, 192, 3)]:
        shapes |= unit(f"conv2d_{name}", *numbers)
    for index in range(5):
        shapes |= block35(f"repeat_1.{index}") | block_rows(f"repeat_3.{index}", 1792, 192, 3)
    for index in range(10):
        shapes |= block_rows(f"repeat_2.{index}", 896, 128, 7)
    shapes |= block_rows("block8", 1792, 192, 3)
    shapes |= unit("mixed_6a.branch0", 384, 256, 3)
    for index, numbers in enumerate([(192, 256, 1), (192, 192, 3), (256, 192, 3)]):
        shapes |= unit(f"mixed_6a.branch1.{index}", *numbers)
    deep = {"branch0": [(256, 896, 1), (384, 256, 3)], "branch1": [(256, 896, 1), (256, 256, 3)]}
    for branch, rows in (deep | {"branch2": [(256, 896, 1), (256, 256, 3), (256, 256, 3)]}).items():
        for index, numbers in enumerate(rows):
            shapes |= unit(f"mixed_7a.{branch}.{index}", *numbers)
    shapes |= {f"last_bn.{part}": (512,) for part in ("weight", "bias", "running_mean", "running_var")}
    shapes |= {"last_linear.weight": (512, 1792), "last_bn.num_batches_tracked": ()}
    return shapes | {"logits.weight": (8631, 512), "logits.bias": (8631,)}


def random_checkpoint():
    """Name in the public file → tensor."""
    generator = torch.Generator().manual_seed(0)
    tensors = {}
    for name, shape in public_shapes().items():
        if name.endswith("num_batches_tracked"):
            tensors[name] = torch.tensor(0)
        elif name.endswith("running_var") or ("bn" in name and name.endswith("weight")):
            tensors[name] = torch.rand(shape, generator=generator) + 0.5
        else:
            tensors[name] = torch.randn(shape, generator=generator) / max(np.prod(shape[1:]), 1) ** 0.5
    return tensors
