"""The photos that rendered subjects sit for: turned by 0, ±20 and ±40 degrees, singly and three together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.suites.cases import Case
from facerecon.suites.studio import Sitter, take

YAWS = (0, -20, 20, -40, 40)
"""degrees"""
THREE = (0, -40, 40)
"""degrees, of the three photos that are fitted together"""


def portraits(sit: Callable[[np.random.Generator], Sitter], name: str, rng: np.random.Generator) -> tuple[Case, ...]:
    """Takes a subject's photos.

    Args:
        sit: gives the subject as they sit for one photo; called anew for each.
        name: of the subject.
        rng: decides everything else.
    """
    shots = {yaw: take(sit(rng), np.radians(yaw), rng, f"{name}_{yaw:+d}.jpg") for yaw in YAWS}
    cases = [Case(f"±{abs(yaw)}°" if yaw else "0°", (shots[yaw][0],), (shots[yaw][1],)) for yaw in YAWS]
    photos, seen = zip(*(shots[yaw] for yaw in THREE), strict=True)
    return (*cases, Case("three", photos, seen))
