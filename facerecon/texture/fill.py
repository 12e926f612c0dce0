"""What nobody saw: a smooth field of skin and hair colours over the head, dark in its cavities."""

from __future__ import annotations

import numpy as np

from facerecon.texture.extend import extend
from facerecon.texture.hair import Hair
from facerecon.texture.layout import Layout
from facerecon.texture.ramp import ramp
from facerecon.texture.skin import SkinColour

_REACH_MM = 60.0
_CAVITY = np.array([0.42, 0.24, 0.24])
"what is left of a colour deep in mouth and nostrils"
_CAVITY_OPENNESS = (0.01, 0.16)
_FOLD, _FOLD_OPENNESS = 0.78, (0.35, 0.9)
"light that reaches the folds of an ear: without it the ear looks flat beside a face with its own shadows"


def filling(layout: Layout, colours: np.ndarray, trust: np.ndarray, skin: SkinColour, hair: Hair) -> np.ndarray:
    """Extends what is known over the whole skin.

    Args:
        layout: of the texture.
        colours: `(V, 3)` RGB, the low band of what is seen or mirrored.
        trust: `(V,)` in [0, 1], of `colours`.
        skin: the person's.
        hair: the person's.

    Returns:
        `(V, 3)` RGB in [0, 255].
    """
    hairy = hair.share[:, None]
    expected = (1 - hairy) * skin.typical + hairy * hair.colour
    # What is extended is the difference from what is expected, light and tan: so that it crosses the hairline, and the
    # hair's colour does not.
    typical = (1 - hair.share) * skin.likelihood(colours) + hair.share**2
    difference = extend(layout, colours - expected, trust**2 * typical, np.zeros(3), _REACH_MM)
    field = expected + difference
    light = ramp(layout.openness, *_CAVITY_OPENNESS)[:, None]
    return np.clip(field * (_CAVITY + (1 - _CAVITY) * light), 0, 255)


def shade(layout: Layout) -> np.ndarray:
    """Gives what is left of the light in the folds of what is filled, `(V,)` of 8-bit colours."""
    return _FOLD + (1 - _FOLD) * ramp(layout.openness, *_FOLD_OPENNESS)
