"""Names of units of length, and what they are in millimetres."""

from __future__ import annotations

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
