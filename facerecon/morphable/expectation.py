"""What is expected of an identity before its landmarks are fitted: a normal distribution N(μ, Λ⁻¹).

The prior of a head model is N(0, 1). What a network tells of each photo, N(μ_i, Σ_i), already holds that prior, so
that a photo adds Σ_i⁻¹ − 1 to it, and n photos of one person, whose errors are alike by ρ,

    Λ = 1 + τ / (1 + (n − 1) ρ) · Σ_i (Σ_i⁻¹ − 1),    Λμ = τ / (1 + (n − 1) ρ) · Σ_i Σ_i⁻¹ μ_i

The network has seen the same landmarks that are fitted afterwards: τ < 1 tempers what would be counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape


@dataclass(frozen=True, eq=False)
class Expectation:
    """A normal distribution of an identity, in the standard deviations of the head model's prior."""

    mean: np.ndarray
    "`(I,)`"
    precision: np.ndarray
    "`(I, I)` inverse of the covariance"

    def __post_init__(self):
        count = check_shape(self.mean, ("I",), "mean")["I"]
        check_shape(self.precision, (count, count), "precision")

    @classmethod
    def of_model(cls, count: int) -> Expectation:
        """Gives the prior of a head model with so many identities."""
        return cls(np.zeros(count), np.eye(count))

    def squared(self, identity: np.ndarray) -> float:
        """Measures how far an identity `(I,)` is from what is expected: Mahalanobis' distance, squared."""
        away = identity - self.mean
        return float(away @ self.precision @ away)


def joined(told: Sequence[Expectation], tempering: float, shared: float) -> Expectation:
    """Joins what was told of each of several photos of one person, in whatever order.

    Args:
        told: one a photo, the prior included.
        tempering: τ in [0, 1].
        shared: ρ in [0, 1].
    """
    prior = Expectation.of_model(len(told[0].mean))
    share = tempering / (1 + (len(told) - 1) * shared)
    precision = prior.precision + share * sum(one.precision - prior.precision for one in told)
    pull = share * sum(one.precision @ one.mean for one in told)
    return Expectation(np.linalg.solve(precision, pull), precision)
