"""Names of units of length, and what they are in millimetres."""

from __future__ import annotations

import numpy as np

from facerecon.core.errors import SettingsError

MILLIMETRES = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "inch": 25.4, "foot": 304.8}
_SPELLINGS = {"in": "inch", "inches": "inch", "ft": "foot", "feet": "foot", "metre": "m", "meter": "m"}


def as_millimetres(unit: str) -> float:
    """Gives how many millimetres a unit has; besides names, any positive number is accepted.

    Raises:
        SettingsError: there is no such unit.
    """
    name = unit.strip().lower()
    name = _SPELLINGS.get(name, name)
    if name in MILLIMETRES:
        return MILLIMETRES[name]
    try:
        value = float(name)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        known = ", ".join(MILLIMETRES)
        raise SettingsError(f"There is no unit “{unit}”; known are {known}, or millimetres as a number.")
    return value


LEAST_SPREAD, LARGEST_SPREAD = 32.0, 320.0
"mm: between them lies how far points of a face, a head, a bust or a person spread"
EYES = 88.0
"mm between the outer eye corners of adults, on average"
EYES_RANGE = (60.0, 125.0)
"mm: of small children and of large adults, with what a landmark may miss"
COMMON = ("mm", "cm", "m")


def guess_unit(points: np.ndarray) -> str | None:
    """Guesses the unit of a scan from how far its points spread around their middle, as far as that can be told.

    A face alone spreads over 60 mm, a person over 450: wide enough a range that only units a factor of ten apart can be
    told from each other. Inches need landmarks: see `unit_by_eyes`.

    Args:
        points: `(N, 3)` in the unknown unit.

    Returns:
        One of `COMMON`; None: in none of them it has the size of anything between a face and a person.
    """
    away = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    spread = float(np.median(away))
    return next((name for name in COMMON if LEAST_SPREAD <= spread * MILLIMETRES[name] < LARGEST_SPREAD), None)


def unit_by_eyes(distance: float) -> str | None:
    """Finds in which unit a distance between outer eye corners is that of a person, nearest to the average.

    Args:
        distance: in the unknown unit.

    Returns:
        A name in `MILLIMETRES`; None: in none.
    """
    sizes = {name: distance * millimetres for name, millimetres in MILLIMETRES.items()}
    possible = {name: size for name, size in sizes.items() if EYES_RANGE[0] <= size <= EYES_RANGE[1]}
    return min(possible, key=lambda name: abs(np.log(possible[name] / EYES)), default=None)
