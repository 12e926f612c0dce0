"""How a face moves: the weights of its expressions at moments in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape, read_only


@dataclass(frozen=True, eq=False)
class Track:
    times: np.ndarray
    "`(K,)` s, from 0 on, each later than the one before"
    weights: np.ndarray
    "`(K, E)`, mostly in [0, 1]: one column an expression, in the order of `core.arkit.ARKIT_NAMES`"

    def __post_init__(self):
        object.__setattr__(self, "times", read_only(np.asarray(self.times), np.float64))
        object.__setattr__(self, "weights", read_only(np.asarray(self.weights), np.float64))
        count = check_shape(self.times, ("K",), "Track.times")["K"]
        check_shape(self.weights, (count, "E"), "Track.weights")
        rising = count > 0 and self.times[0] >= 0 and (np.diff(self.times) > 0).all()
        if not (rising and np.isfinite(self.times).all() and np.isfinite(self.weights).all()):
            raise ValueError("a track's times must rise from 0 on, and all of it be finite")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return float(self.times[-1] - self.times[0])

    def at(self, times: np.ndarray) -> np.ndarray:
        """Gives the weights at `(N,)` moments, `(N, E)`: linear between two keys, still before and after them."""
        columns = [np.interp(times, self.times, column) for column in self.weights.T]
        return np.stack(columns, axis=-1)
