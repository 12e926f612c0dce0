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


FACTOR = 1.45
"by which a face may be larger or smaller than the average one; from inch to cm it is 2.5"


def likeliest_unit(average: float) -> str | None:
    """Finds the unit in which a face is nearest to the size of people's.

    Args:
        average: how many millimetres the unit would have if the face were of average size.

    Returns:
        A name in `MILLIMETRES`; None: in none of them it is the face of a person.
    """
    away = {name: abs(np.log(average / millimetres)) for name, millimetres in MILLIMETRES.items()}
    nearest = min(away, key=away.__getitem__)
    return nearest if away[nearest] < np.log(FACTOR) else None
