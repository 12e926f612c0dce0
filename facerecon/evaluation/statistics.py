"""Sums errors up: median, mean, spread, percentiles, and how sure a mean over subjects is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape

ROUNDS = 2000
"""resamples of a bootstrap interval"""


@dataclass(frozen=True)
class ErrorStatistics:
    """Distances (or angles) in a few numbers, all in their unit; NaN where there is none."""

    median: float
    mean: float
    std: float
    rms: float
    p90: float
    "90 % of the values lie below"
    count: int

    @classmethod
    def of(cls, errors: np.ndarray) -> ErrorStatistics:
        """Sums `(N,)` errors up."""
        count = check_shape(errors, ("N",), "errors")["N"]
        if not count:
            return cls(*[float("nan")] * 5, 0)
        median, p90 = np.percentile(errors, (50, 90))
        rms = float(np.sqrt((np.square(errors)).mean()))
        return cls(float(median), float(errors.mean()), float(errors.std()), rms, float(p90), count)


def percentile_curve(errors: np.ndarray, percents: np.ndarray) -> np.ndarray:
    """Gives the errors `(P,)` below which so many percent of `(N,)` errors lie: the cumulative curve, read sideways."""
    return np.percentile(errors, percents) if len(errors) else np.full(len(percents), np.nan)


def first_mean(means: np.ndarray) -> np.ndarray:
    """Gives the first column's mean: the statistic of a plain bootstrap."""
    return means[..., 0]


def mean_ratio(means: np.ndarray) -> np.ndarray:
    """Gives the first column's mean over the second's: how much smaller errors are than a baseline's."""
    return means[..., 0] / means[..., 1]


def bootstrap_interval(
    values: np.ndarray,
    rng: np.random.Generator,
    statistic: Callable[[np.ndarray], np.ndarray] = first_mean,
    level: float = 0.95,
) -> tuple[float, float]:
    """Finds the percentile interval of a statistic of means over subjects (Efron 1979).

    Args:
        values: `(S, K)`, one row a subject, or `(S,)`; rows are drawn as a whole, so that columns stay paired.
        rng: draws the resamples.
        statistic: from means `(…, K)` to `(…)`, for instance `mean_ratio`.
        level: share of the resamples that the interval holds.

    Returns:
        lower and upper end; NaN where there is no subject.
    """
    values = values[:, None] if values.ndim == 1 else values
    if not len(values):
        return float("nan"), float("nan")
    rows = rng.integers(0, len(values), (ROUNDS, len(values)))
    found = statistic(values[rows].mean(axis=1))
    low, high = np.percentile(found, (50 - 50 * level, 50 + 50 * level))
    return float(low), float(high)
