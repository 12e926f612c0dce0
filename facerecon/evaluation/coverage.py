"""How honest stated errors are: which share of true errors lies within one and two stated standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape

LEVELS = {0.68: 0.9944579, 0.95: 1.9599640}
"""Share that is to be covered → how many standard deviations of a normal distribution cover it."""


@dataclass(frozen=True)
class Coverage:
    """What became of stated standard deviations."""

    at68: float
    "share of the errors within 0.99 σ; honest: 0.68"
    at95: float
    "share within 1.96 σ; honest: 0.95"
    stated: float
    "root mean square of the stated standard deviations, in the errors' unit"
    true: float
    "root mean square of the errors"
    count: int

    @classmethod
    def of(cls, errors: np.ndarray, std: np.ndarray) -> Coverage:
        """Compares errors `(N,)`, of either sign or none, with what was stated, `(N,)` >= 0."""
        count = check_shape(errors, ("N",), "errors")["N"]
        check_shape(std, (count,), "std")
        if not count:
            return cls(*[float("nan")] * 4, 0)
        shares = [float((np.abs(errors) <= factor * std).mean()) for factor in LEVELS.values()]
        sizes = [float(np.sqrt(np.square(values).mean())) for values in (std, errors)]
        return cls(*shares, *sizes, count)

    @property
    def miss(self) -> float:
        """The larger of both distances from what was promised."""
        return max(abs(self.at68 - 0.68), abs(self.at95 - 0.95))
