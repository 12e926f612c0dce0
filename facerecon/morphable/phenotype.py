"""Gender, age, weight and ancestry as continuous numbers: MakeHuman's macro targets blended linearly (CC0 data)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from facerecon.core.errors import SettingsError

ANCESTRIES = ("african", "asian", "caucasian")
GENDERS = ("female", "male")
AGES = ("young", "old")
WEIGHTS = ("minweight", "averageweight", "maxweight")


def blend(
    macro: Mapping[tuple[str, ...], np.ndarray], gender: float, age: float, weight: float, ancestry: Sequence[float]
) -> np.ndarray:
    """Blends macro targets.

    Args:
        macro: (ancestry, gender, age) and (gender, age, weight) → `(V, 3)` mm.
        gender: 0 female … 1 male.
        age: 0 a young adult … 1 an old one.
        weight: 0 … 0.5 average … 1.
        ancestry: shares of african, asian and caucasian; divided by their sum.

    Returns:
        `(V, 3)` mm, to be added to the base head.

    Raises:
        SettingsError: a number lies outside [0, 1], or the shares of ancestry add up to nothing.
    """
    shares = np.asarray(ancestry, dtype=float)
    if not all(0 <= x <= 1 for x in (gender, age, weight)) or shares.min() < 0 or shares.sum() == 0:
        raise SettingsError("Gender, age and weight lie between 0 and 1; shares of ancestry are not negative.")
    factor = dict(zip(GENDERS, (1 - gender, gender), strict=True))
    factor |= dict(zip(AGES, (1 - age, age), strict=True))
    factor |= dict(zip(WEIGHTS, (max(1 - 2 * weight, 0), 1 - abs(2 * weight - 1), max(2 * weight - 1, 0)), strict=True))
    factor |= dict(zip(ANCESTRIES, shares / shares.sum(), strict=True))
    return sum(np.prod([factor[word] for word in key]) * field for key, field in macro.items())
