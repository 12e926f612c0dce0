"""Planned changes of a face: smooth local displacements, in mm of the measure that they change.

Each change is made of a few local fields, moves and stretches about a named point, that fade to nothing within an
ellipsoid: u(x) = (d + S (x − c)) w(|x − c| / r), with Wendland's function w(q) = (1 − q)⁴ (4 q + 1), twice
differentiable at its edge (Wendland 1995; local warps of pictures: Gustafson 1993). A field whose gradient stays below
1 cannot fold space, so no triangle turns over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from facerecon.anthropometry.measures import DIMENSIONS, Measure, Points, value_of
from facerecon.core.arrays import check_shape

ROUNDS = 20
EXACT = 1e-6
"""mm: how near a measure is brought to what is wanted."""


@dataclass(frozen=True)
class Local:
    """A local field, at the strength of 1."""

    about: tuple[str, ...]
    "named points; their mean is the centre"
    reach: tuple[float, float, float]
    "mm along x, y, z from the centre to where the field has faded"
    move: tuple[float, float, float] = (0.0, 0.0, 0.0)
    "mm"
    stretch: tuple[float, float, float] = (0.0, 0.0, 0.0)
    "by which share distances from the centre grow along x, y, z"

    def at(self, places: np.ndarray, points: Points) -> np.ndarray:
        """Gives the displacements `(N, 3)` mm of `(N, 3)` places."""
        away = places - np.mean([points[name] for name in self.about], axis=0)
        distance = np.sqrt(((away / self.reach) ** 2).sum(axis=1, keepdims=True))
        fade = np.clip(1 - distance, 0, None) ** 4 * (4 * distance + 1)
        return fade * (np.array(self.move) + away * self.stretch)


@dataclass(frozen=True)
class Change:
    """What a slider does."""

    measure: Measure
    "mm: what it changes"
    fields: tuple[Local, ...]
    "added up"
    most: float
    "mm in either direction"

    def at(self, places: np.ndarray, points: Points) -> np.ndarray:
        """Gives the displacements `(N, 3)` mm of `(N, 3)` places, at the strength of 1."""
        return sum(field.at(places, points) for field in self.fields)


def _sum(*names: str) -> Measure:
    """Measures dimensions, added up."""
    return lambda points: sum(value_of(DIMENSIONS[name], points) for name in names)


def _before(name: str, other: str) -> Measure:
    """Measures how far a point lies before another one."""
    return lambda points: float(points[name][2] - points[other][2])


_EYE = {"reach": (31.0, 25.0, 36.0), "stretch": (0.4, 1.0, 0.2)}

CHANGES: Mapping[str, Change] = {
    "nose_length": Change(_sum("nose_bridge"), (Local(("prn", "sn"), (32, 34, 44), move=(0, -1, 0.15)),), 5.0),
    "nose_tip": Change(_sum("nose_protrusion"), (Local(("prn",), (27, 24, 36), move=(0, 0, 1)),), 4.0),
    "nose_width": Change(_sum("nose_width"), (Local(("al_r", "al_l"), (42, 27, 38), stretch=(1, 0, 0)),), 6.0),
    "lips": Change(
        _sum("upper_vermilion", "lower_vermilion"),
        (Local(("sto",), (42, 26, 30), move=(0, 0, 1.5), stretch=(0, 1, 0)),),
        4.0,
    ),
    "mouth_width": Change(_sum("mouth_width"), (Local(("ch_r", "ch_l"), (56, 26, 44), stretch=(1, 0, 0)),), 6.0),
    "chin_forward": Change(_before("pg", "n"), (Local(("pg", "gn"), (46, 36, 48), move=(0, 0, 1)),), 7.0),
    "chin_length": Change(_sum("lower_third"), (Local(("pg", "gn"), (56, 40, 60), move=(0, -1, 0)),), 6.0),
    "jaw_width": Change(_sum("jaw_width"), (Local(("go_r", "go_l"), (130, 62, 78), stretch=(1, 0, 0)),), 12.0),
    "eyes": Change(_sum("eye_height_right"), (Local(("ex_r", "en_r"), **_EYE), Local(("ex_l", "en_l"), **_EYE)), 2.5),
}
"""Name → what it does; all are alike on both sides."""


def strength(change: Change, amount: float, points: Points) -> float:
    """Finds at which strength a change alters its measure by an amount, mm, by the secant method."""
    places = np.array(list(points.values()))
    field = change.at(places, points)
    start = change.measure(points)

    def miss(value: float) -> float:
        return change.measure(dict(zip(points, places + value * field, strict=True))) - start - amount

    low, high = 0.0, 0.05 * np.sign(amount)
    at_low, at_high = -amount, miss(high)
    for _ in range(ROUNDS):
        if abs(at_high) < EXACT or at_high == at_low:
            break
        low, high = high, high - at_high * (high - low) / (at_high - at_low)
        at_low, at_high = at_high, miss(high)
    return float(high)


def displacements(amounts: Mapping[str, float], points: Points, vertices: np.ndarray) -> np.ndarray:
    """Adds changes up.

    Args:
        amounts: name in CHANGES → mm of its measure.
        points: name → `(3,)` mm, on the head as it is.
        vertices: `(V, 3)` mm.

    Returns:
        `(V, 3)` mm.
    """
    total = np.zeros((check_shape(vertices, ("V", 3), "vertices")["V"], 3))
    for name, amount in amounts.items():
        if amount:
            change = CHANGES[name]
            total += strength(change, amount, points) * change.at(vertices, points)
    return total
