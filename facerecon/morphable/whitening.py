"""What correlated errors leave of a measurement: normal equations under a covariance of few directions and a rest.

Residuals are r = Uᵀu + e: errors that points share, u of independent standard normal deviates along `(K, N)` directions
U, and each number's own, e, of variance R / w, where a weight w in [0, 1] says how much a number is trusted. Their
covariance is S = UᵀU + R / w; by Woodbury's identity (Golub and Van Loan, Matrix Computations, section 2.1.4)

    S⁻¹ = wR⁻¹ − QᵀQ,    Q = L⁻¹ U wR⁻¹,    L Lᵀ = I + U wR⁻¹ Uᵀ

so that JᵀS⁻¹J costs no more than JᵀR⁻¹J, no `(N, N)` matrix is ever made, and a number of weight 0 is not there at all.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

REWEIGHTINGS = 3
"""How often points are trusted anew, given what they err by together."""


class Whitening:
    """The inverse of a covariance.

    Args:
        directions: `(K, N)`, each as long as its standard deviation.
        rest: `(N,)` > 0, standard deviation of what the directions leave.
        weights: `(N,)` in [0, 1]; None: 1.
    """

    def __init__(self, directions: np.ndarray, rest: np.ndarray, weights: np.ndarray | None = None):
        self._directions = directions
        self._information = (1.0 if weights is None else weights) / rest**2
        self._leaning = directions * self._information
        self._factor = np.linalg.cholesky(np.eye(len(directions)) + self._leaning @ directions.T)

    @cached_property
    def _shared(self) -> np.ndarray:
        """`(K, N)` Q: only normal equations need it, residuals alone can do without."""
        return solve_triangular(self._factor, self._leaning, lower=True, check_finite=False)

    def shared(self, residuals: np.ndarray) -> np.ndarray:
        """Finds the most likely u of `(N,)` residuals, `(K,)`: what points err by together."""
        return cho_solve((self._factor, True), self._leaning @ residuals, check_finite=False)

    def squared(self, residuals: np.ndarray) -> float:
        """Gives rᵀS⁻¹r of `(N,)` residuals."""
        return float(residuals**2 @ self._information - ((self._shared @ residuals) ** 2).sum())

    def normal(self, jacobian: np.ndarray, residuals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives JᵀS⁻¹J `(P, P)` and JᵀS⁻¹r `(P,)` of a `(N, P)` Jacobian and `(N,)` residuals."""
        weighted, shared = jacobian * self._information[:, None], self._shared @ jacobian
        return weighted.T @ jacobian - shared.T @ shared, weighted.T @ residuals - shared.T @ (self._shared @ residuals)


def robust_whitening(
    directions: np.ndarray, rest: np.ndarray, residuals: np.ndarray, importance: np.ndarray, robust: float
) -> tuple[Whitening, float]:
    """Trusts points the less the farther they are off by themselves (Geman and McClure 1985, by reweighting).

    Args:
        directions: `(K, 2L)`.
        rest: `(2L,)`.
        residuals: `(L, 2)`.
        importance: `(L,)` in (0, 1].
        robust: c, in standard deviations.

    Returns:
        The information in these residuals, and their cost |u|² + Σ ρ(|e|² / R), ρ(x) = x / (1 + x / c²).
    """
    trust = importance
    for _ in range(REWEIGHTINGS):
        whitening = Whitening(directions, rest, np.repeat(trust, 2))
        together = whitening.shared(residuals.ravel())
        own = (((residuals.ravel() - together @ directions) / rest) ** 2).reshape(-1, 2).sum(axis=1)
        trust = importance / (1 + own / robust**2) ** 2
    return whitening, float(together @ together + (importance * own / (1 + own / robust**2)).sum())
