"""Tells how well distances separate pairs of one person from pairs of two: the ROC curve, and rates at a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape


@dataclass(frozen=True, eq=False)
class Roc:
    """What is accepted when every distance below a threshold counts as “the same person”, one row a threshold."""

    thresholds: np.ndarray
    "`(K,)` rising; the first accepts nothing, the last everything"
    true_accepts: np.ndarray
    "`(K,)` share of the pairs of one person that are accepted"
    false_accepts: np.ndarray
    "`(K,)` share of the pairs of two persons that are accepted"

    @property
    def area(self) -> float:
        """Area under the curve: how often a pair of one person is nearer than a pair of two; a tie counts half."""
        return float(np.trapezoid(self.true_accepts, self.false_accepts))

    @property
    def equal_error(self) -> float:
        """The error where as many pairs of two persons are accepted as pairs of one are not; between two rows."""
        gap = self.false_accepts - (1 - self.true_accepts)  # rises from -1 to 1
        return float(np.interp(0, gap, self.false_accepts))


@dataclass(frozen=True, eq=False)
class Rates:
    true_accepts: float
    "share of the pairs of one person that are accepted"
    false_accepts: float
    "share of the pairs of two persons that are accepted"

    @property
    def accuracy(self) -> float:
        """Share of pairs told rightly, both kinds counting alike however many there are."""
        return (self.true_accepts + 1 - self.false_accepts) / 2


def roc(same: np.ndarray, different: np.ndarray) -> Roc:
    """Finds the curve over all thresholds that make a difference.

    Args:
        same: `(P,)` distances of pairs of one person, at least one.
        different: `(N,)` distances of pairs of two persons, at least one.
    """
    check_shape(same, ("P",), "same")
    check_shape(different, ("N",), "different")
    if not len(same) or not len(different):
        raise ValueError("a curve needs pairs of both kinds")
    thresholds = np.concatenate([np.unique(np.concatenate([same, different])), [np.inf]])
    below = [np.searchsorted(np.sort(pairs), thresholds, side="left") / len(pairs) for pairs in (same, different)]
    return Roc(thresholds, *below)


def rates(same: np.ndarray, different: np.ndarray, threshold: float) -> Rates:
    """Counts what a threshold accepts; NaN where there are no pairs of a kind."""
    accepted = [float((pairs < threshold).mean()) if len(pairs) else float("nan") for pairs in (same, different)]
    return Rates(*accepted)
