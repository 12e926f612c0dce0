"""The plan of RetinaFace: which of its layers belong together, and where each part stands on the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facerecon.app.texts import t
from facerecon.networks.trace import Layer


@dataclass(frozen=True)
class Part:
    """Some layers that do one job."""

    place: tuple[int, int]
    "column and row on the map"
    prefixes: tuple[str, ...]
    "of the names of its layers"
    level: str = ""
    "of the pyramid, where the part belongs to one"


def _parts() -> dict[str, Part]:
    parts = {"stem": Part((1, 0), ("backbone.stem.",))}
    parts |= {f"stage{stage}": Part((stage + 1, 0), (f"backbone.stage{stage}.",)) for stage in range(1, 6)}
    for number in (3, 4, 5):
        level, column = f"p{number}", number + 1
        parts[level] = Part((column, 1), (f"pyramid.lateral{number}.", f"pyramid.merge{number}."), level)
        parts[f"context{number}"] = Part((column, 2), (f"heads.{level}.context.",), level)
        answers = tuple(f"heads.{level}.{kind}" for kind in ("scores", "boxes", "points"))
        parts[f"answers{number}"] = Part((column, 3), answers, level)
    return parts


PARTS: dict[str, Part] = _parts()
"""Name → part, in the order in which they compute."""
PHOTO, RESULT = (0, 0), (0, 1)
"""Where the photo stands on the map, and the upper left cell of the picture of what was found."""
ARROWS = (
    *(((column, 0), (column + 1, 0)) for column in range(6)),
    *(((column, row), (column, row + 1)) for column in (4, 5, 6) for row in (0, 1, 2)),
    *(((column, 1), (column - 1, 1)) for column in (6, 5)),
    ((4, 3), RESULT),
)
"""From tile to tile: up the backbone, down the pyramid, and through the heads to the faces."""


def part_at(place: tuple[int, int]) -> str | None:
    """Finds the part that stands in a cell of the map."""
    return next((name for name, part in PARTS.items() if part.place == place), None)


def part_name(name: str) -> str:
    """Calls a part by its name in the visitor's language."""
    part = PARTS[name]
    kind = name.rstrip("345") if part.level else "stage" if name.startswith("stage") else name
    return t(f"inside.part_{kind}", number=name[-1])


def convolutions(name: str, layers: Mapping[str, Layer]) -> list[str]:
    """Lists the convolutions of a part, in the order in which they compute."""
    own = PARTS[name].prefixes
    return [layer.name for layer in layers.values() if layer.name.startswith(own) and layer.convolution]


def first_open(name: str, layers: Mapping[str, Layer]) -> str:
    """Gives the convolution that a part opens with: the last, whose maps it hands on; of the answers, the scores."""
    return convolutions(name, layers)[0 if name.startswith("answers") else -1]


def layer_name(layer: Layer) -> str:
    """Calls a convolution by its kind and kernel: `2 · depthwise 3 × 3`."""
    words = layer.name.removesuffix(".conv").split(".")
    block = f"{int(words[-2]) + 1} · " if words[-2].isdigit() else ""
    kind = words[-1].rstrip("345") if words[0] == "pyramid" else words[-1]
    height, width = layer.module.kernel_size
    return f"{block}{t(f'inside.layer_{kind}')} {height} × {width}"


def following(name: str, layers: Mapping[str, Layer]) -> Layer | None:
    """Finds the activation that a convolution's answer goes through next, if it has one of its own."""
    return layers.get(name.removesuffix("conv") + "activation") if name.endswith(".conv") else None
