"""What a registration method must offer so that ICP can use it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from facerecon.registration.correspondence import Pairs


@runtime_checkable
class Method(Protocol):
    """An error between partners, and the motion that makes its weighted sum of squares least."""

    source_normals: bool
    "whether it needs normals of the source"
    target_normals: bool
    "whether it needs normals of the target"
    smallest: int
    "how many pairs it takes to fix a motion"

    def residuals(self, pairs: Pairs) -> np.ndarray:
        """Measures each pair: `(M,)`, in the clouds' unit."""
        ...

    def motion(self, pairs: Pairs, weights: np.ndarray, with_scale: bool) -> np.ndarray:
        """Finds the `(4, 4)` motion of the source points, never a reflection.

        Args:
            pairs: the partners, the source where it now is.
            weights: `(M,)` >= 0.
            with_scale: whether the source may also grow or shrink.
        """
        ...
