"""The soft switch that all weights of this room are made of."""

from __future__ import annotations

import numpy as np


def ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rises smoothly (3x^2 - 2x^3) from 0 at `low` to 1 at `high`; falls where `high` is below `low`."""
    x = np.clip((np.asarray(values) - low) / (high - low), 0, 1)
    return x * x * (3 - 2 * x)
