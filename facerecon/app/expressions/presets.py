"""Expressions that have a name, and the film that the page opens with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from facerecon.core.arkit import ARKIT_NAMES

REGIONS: dict[str, tuple[str, ...]] = {
    "brows": ("brow",),
    "eyes": ("eye",),
    "cheeks": ("cheek", "nose"),
    "jaw": ("jaw",),
    "mouth": ("mouth",),
    "tongue": ("tongue",),
}
"""Group of sliders → how the names of its expressions begin."""
DEMO: tuple[tuple[float, str], ...] = (
    *((0.0, "neutral"), (0.6, "surprise"), (1.3, "surprise"), (1.9, "smile"), (2.6, "laugh"), (3.2, "smile")),
    *((3.4, "blink"), (3.6, "neutral"), (4.1, "a"), (4.5, "m"), (4.9, "o"), (5.3, "f"), (5.7, "i"), (6.1, "u")),
    *((6.6, "neutral"), (7.1, "wink"), (7.6, "neutral")),
)
"""Second → preset."""


@cache
def presets() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Reads family → preset → ARKit name → weight in [0, 1]."""
    table = tomllib.loads(files("facerecon.app.expressions").joinpath("presets.toml").read_text("utf-8"))
    return {family: {key: _sided(weights) for key, weights in told.items()} for family, told in table.items()}


def preset(key: str) -> Mapping[str, float]:
    """Finds a preset by its name, in whichever family it is."""
    return next(family[key] for family in presets().values() if key in family)


def _sided(weights: Mapping[str, float]) -> dict[str, float]:
    """Gives a weight that names no side to both."""
    both = {}
    for name, weight in weights.items():
        sides = (name,) if name in ARKIT_NAMES else (f"{name}Left", f"{name}Right")
        both |= dict.fromkeys(sides, float(weight))
    return both


def members(region: str) -> list[str]:
    """Lists the expressions of a group of sliders."""
    return [name for name in ARKIT_NAMES if name.startswith(REGIONS[region])]
