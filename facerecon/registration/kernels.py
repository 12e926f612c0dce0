"""Robust kernels: how much a residual counts, so that false pairs do not pull.

A kernel ρ(r) replaces r²/2; iteratively reweighted least squares then gives each pair the weight w(r) = ρ'(r) / r
(Zhang 1997, “Parameter estimation techniques”, table 1). The scale is the residual at which a kernel begins to doubt.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

MAD = 1.4826
"Standard deviations of a normal distribution in its median absolute deviation."
DECAY = 1.4
"By so much an annealed scale shrinks with each iteration (Yang et al. 2020, sec. III)."


@runtime_checkable
class Kernel(Protocol):
    tuning: float | None
    "scale in standard deviations at which 95 % of the efficiency on normal residuals is left; None: needs no scale"

    def loss(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        """Gives ρ(r)."""
        ...

    def weights(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        """Gives ρ'(r) / r, in [0, 1]."""
        ...


class LeastSquares:
    """ρ = r²/2: every pair counts alike."""

    tuning = None

    def loss(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return residuals**2 / 2

    def weights(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return np.ones(len(residuals))


class Huber:
    """ρ = r²/2 up to the scale, then a straight line (Huber 1964)."""

    tuning = 1.345

    def loss(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        size = np.abs(residuals)
        return np.where(size <= scale, size**2 / 2, scale * (size - scale / 2))

    def weights(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return scale / np.maximum(np.abs(residuals), scale)


class Tukey:
    """ρ = c²/6 (1 - (1 - (r/c)²)³) up to the scale c, flat beyond: false pairs do not count at all."""

    tuning = 4.685

    def loss(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        inside = np.maximum(1 - (residuals / scale) ** 2, 0)
        return scale**2 / 6 * (1 - inside**3)

    def weights(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return np.maximum(1 - (residuals / scale) ** 2, 0) ** 2


class GemanMcClure:
    """ρ = r²/2 / (1 + (r/c)²) (Geman and McClure 1987)."""

    tuning = 3.787

    def loss(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return residuals**2 / 2 / (1 + (residuals / scale) ** 2)

    def weights(self, residuals: np.ndarray, scale: float) -> np.ndarray:
        return 1 / (1 + (residuals / scale) ** 2) ** 2


def natural_scale(kernel: Kernel, residuals: np.ndarray) -> float:
    """Finds a kernel's scale from the residuals `(M,)` themselves, by their median size."""
    spread = MAD * float(np.median(np.abs(residuals))) if len(residuals) else 0.0
    return max((kernel.tuning or 1.0) * spread, np.finfo(float).tiny ** 0.25)


def annealing(start: float, iteration: int) -> float:
    """Gives by what factor to widen a scale: `start` at first, then less at every iteration, at last 1.

    Graduated non-convexity (Yang et al. 2020): a wide kernel is nearly least squares and has no false minima; it is
    narrowed while the clouds approach each other.
    """
    return max(start / DECAY**iteration, 1.0)
