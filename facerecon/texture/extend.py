"""Smooth fields on the head from values that are known in some places only."""

from __future__ import annotations

import numpy as np
from scipy.sparse import diags
from scipy.sparse.linalg import splu

from facerecon.core.arrays import check_shape
from facerecon.texture.layout import Layout


def extend(
    layout: Layout,
    values: np.ndarray,
    confidence: np.ndarray,
    prior: np.ndarray,
    reach_mm: float,
    detail_mm: float = 3.0,
) -> np.ndarray:
    """Finds the smoothest field on the skin that agrees with known values, and fades to a prior far from them.

    Minimises the Dirichlet energy plus two screening terms, each an area integral: confidence / detail^2 times the
    squared difference from the values, and (1 - confidence) / reach^2 times that from the prior (screened Poisson).
    Working on the surface, it does not know of uv seams.

    Args:
        layout: of the texture.
        values: `(V, C)`; ignored where the confidence is 0.
        confidence: `(V,)` >= 0.
        prior: `(V, C)` or `(C,)`.
        reach_mm: over which distance the known values give way to the prior.
        detail_mm: what is smaller among the known values is smoothed away.

    Returns:
        `(V, C)`; the prior at vertices that are not the skin's.
    """
    size = check_shape(values, ("V", "C"), "values")
    check_shape(confidence, (size["V"],), "confidence")
    prior = np.broadcast_to(prior, values.shape)
    known = layout.areas * confidence / detail_mm**2
    # What is known needs no prior. Vertices of no skin have neither area nor neighbours: 1 keeps the matrix regular.
    doubt = 1 - np.minimum(confidence, 1)
    default = layout.areas * doubt / reach_mm**2 + (layout.areas <= 0)
    matrix = (layout.laplacian + diags(known + default)).tocsc()
    right = known[:, None] * np.where(confidence[:, None] > 0, values, 0) + default[:, None] * prior
    solver = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return solver.solve(right)
