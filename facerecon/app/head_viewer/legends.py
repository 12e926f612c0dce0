"""What the colours on a head mean, for the corner of its picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from facerecon.app.head_viewer.content import Content
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.drawing.maps import value_colours
from facerecon.drawing.theme import PROVENANCE

STEPS = 9
"""Colours of a ramp; the browser mixes between them."""


def legends(content: Content) -> dict[str, Any]:
    """Writes down a legend for each look that needs one: `ramp` and `ends`, or `keys`."""
    told: dict[str, Any] = {}
    for look, (low, high) in content.ramps.items():
        ends = [t(f"head3d.{look}_low", value=two_digits(abs(low))), t(f"head3d.{look}_high", value=two_digits(high))]
        told[look] = {"ramp": ramp(diverging=low < 0), "ends": ends}
    names = ("seen", "mirrored", "filled")
    keys = [(tone.dark, t(f"texture.{name}")) for tone, name in zip(PROVENANCE, names, strict=True)]
    return told | {"provenance": {"keys": keys}}


def ramp(diverging: bool) -> str:
    """Writes the colours of `value_colours` as a CSS gradient."""
    colours = value_colours(np.linspace(0, 1, STEPS), (0, 1), diverging)
    return f"linear-gradient(90deg, {', '.join(f'rgb({r} {g} {b})' for r, g, b in colours.tolist())})"
