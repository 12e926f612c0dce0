"""The public ResNet-50 RetinaFace: a checkpoint of its layout with random numbers, and a plain reading of it."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional as F

LAYERS = ((3, 64), (4, 128), (6, 256), (3, 512))
"""Blocks and inner channels of `layer1` to `layer4`."""
CONTEXT = {
    "conv3X3": (128, 256),
    "conv5X5_1": (64, 256),
    "conv5X5_2": (64, 64),
    "conv7X7_2": (64, 64),
    "conv7x7_3": (64, 64),
}
HEADS = {"BboxHead": 4, "ClassHead": 2, "LandmarkHead": 10}


def body() -> Iterator[tuple[str, str, int, int, int]]:
    """Lists convolution, its batch normalisation, filters, channels, kernel size."""
    yield "body.conv1", "body.bn1", 64, 3, 7
    channels = 64
    for layer, (blocks, width) in enumerate(LAYERS, start=1):
        for block in range(blocks):
            name = f"body.layer{layer}.{block}"
            yield f"{name}.conv1", f"{name}.bn1", width, channels, 1
            yield f"{name}.conv2", f"{name}.bn2", width, width, 3
            yield f"{name}.conv3", f"{name}.bn3", 4 * width, width, 1
            if block == 0:
                yield f"{name}.downsample.0", f"{name}.downsample.1", 4 * width, channels, 1
            channels = 4 * width


def neck() -> Iterator[tuple[str, str, int, int, int]]:
    """Lists the same of pyramid and context."""
    for index, channels in enumerate((512, 1024, 2048), start=1):
        yield f"fpn.output{index}.0", f"fpn.output{index}.1", 256, channels, 1
    for index in (1, 2):
        yield f"fpn.merge{index}.0", f"fpn.merge{index}.1", 256, 256, 3
    for level in (1, 2, 3):
        for name, (filters, channels) in CONTEXT.items():
            yield f"ssh{level}.{name}.0", f"ssh{level}.{name}.1", filters, channels, 3


class PublicRetinaFace:
    """`arrays` as the file has them; called, it answers as the public code does: boxes, scores, points."""

    def __init__(self, rng: np.random.Generator):
        self.rng, self.arrays = rng, {}
        for sizes in (*body(), *neck()):
            self.norm_conv(*sizes)
        for head, size in HEADS.items():
            for level in range(3):
                self.arrays[f"{head}.{level}.conv1x1.weight"] = self.normal(2 * size, 256, 1, 1) / 16
                self.arrays[f"{head}.{level}.conv1x1.bias"] = self.normal(2 * size)

    def normal(self, *shape):
        return torch.from_numpy(self.rng.standard_normal(shape, dtype=np.float32))

    def norm_conv(self, conv, norm, filters, channels, size):
        self.arrays[f"{conv}.weight"] = self.normal(filters, channels, size, size) / (channels * size**2) ** 0.5
        self.arrays[f"{norm}.weight"] = 1 + 0.1 * self.normal(filters)
        self.arrays[f"{norm}.bias"] = 0.1 * self.normal(filters)
        self.arrays[f"{norm}.running_mean"] = 0.1 * self.normal(filters)
        self.arrays[f"{norm}.running_var"] = 1 + self.normal(filters).abs()
        self.arrays[f"{norm}.num_batches_tracked"] = torch.tensor(7)

    def unit(self, maps, conv, norm=None, stride=1, active=True):
        weight = self.arrays[f"{conv}.weight"]
        maps = F.conv2d(maps, weight, None, stride, weight.shape[-1] // 2)
        norm = norm or conv.removesuffix("0") + "1"
        mean, variance = self.arrays[f"{norm}.running_mean"], self.arrays[f"{norm}.running_var"]
        maps = F.batch_norm(maps, mean, variance, self.arrays[f"{norm}.weight"], self.arrays[f"{norm}.bias"])
        return maps.relu() if active else maps

    def body(self, maps):
        maps = F.max_pool2d(self.unit(maps, "body.conv1", "body.bn1", 2), 3, 2, 1)
        for layer, (blocks, _) in enumerate(LAYERS, start=1):
            for block in range(blocks):
                name, stride = f"body.layer{layer}.{block}", 2 if layer > 1 and block == 0 else 1
                inner = self.unit(maps, f"{name}.conv1", f"{name}.bn1")
                inner = self.unit(inner, f"{name}.conv2", f"{name}.bn2", stride)
                inner = self.unit(inner, f"{name}.conv3", f"{name}.bn3", active=False)
                if block == 0:
                    maps = self.unit(maps, f"{name}.downsample.0", stride=stride, active=False)
                maps = (inner + maps).relu()
            if layer > 1:
                yield maps

    def __call__(self, pictures):
        p3, p4, p5 = (
            self.unit(maps, f"fpn.output{index}.0") for index, maps in enumerate(self.body(pictures), start=1)
        )
        p4 = self.unit(p4 + F.interpolate(p5, p4.shape[2:]), "fpn.merge2.0")
        p3 = self.unit(p3 + F.interpolate(p4, p3.shape[2:]), "fpn.merge1.0")
        found = {head: [] for head in HEADS}
        for level, maps in enumerate((p3, p4, p5)):
            name = f"ssh{level + 1}."
            reduced = self.unit(maps, name + "conv5X5_1.0")
            deep = self.unit(self.unit(reduced, name + "conv7X7_2.0"), name + "conv7x7_3.0", active=False)
            fields = [
                self.unit(maps, name + "conv3X3.0", active=False),
                self.unit(reduced, name + "conv5X5_2.0", active=False),
                deep,
            ]
            seen = torch.cat(fields, 1).relu()
            for head, size in HEADS.items():
                conv = f"{head}.{level}.conv1x1."
                answer = F.conv2d(seen, self.arrays[conv + "weight"], self.arrays[conv + "bias"])
                found[head].append(answer.permute(0, 2, 3, 1).reshape(len(pictures), -1, size))
        boxes, scores, points = (torch.cat(parts, 1) for parts in found.values())
        return boxes.numpy(), scores.softmax(2).numpy(), points.numpy()
