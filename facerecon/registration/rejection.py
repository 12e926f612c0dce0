"""Tells which pairs to keep: by distance, by rank, by normals, by agreement of both sides, and off the rim."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.errors import SettingsError
from facerecon.registration.correspondence import THREADS, Pairs


def near(pairs: Pairs, limit: float) -> np.ndarray:
    """Keeps pairs that are no farther apart than a limit: `(M,)` bool."""
    return pairs.distances <= limit


def trimmed(pairs: Pairs, fraction: float) -> np.ndarray:
    """Keeps the given fraction of pairs, the nearest (Chetverikov et al. 2002, trimmed ICP): `(M,)` bool."""
    if not 0 < fraction <= 1:
        raise SettingsError(f"The fraction of pairs to keep must be above 0 and at most 1, got {fraction}.")
    count = int(np.ceil(fraction * len(pairs)))
    kept = np.zeros(len(pairs), dtype=bool)
    kept[np.argpartition(pairs.distances, count - 1)[:count] if count < len(pairs) else slice(None)] = True
    return kept


def like_normals(pairs: Pairs, angle: float) -> np.ndarray:
    """Keeps pairs whose normals differ by at most an angle (rad): `(M,)` bool; all where normals are not known."""
    if pairs.source_normals is None or pairs.target_normals is None:
        return np.ones(len(pairs), dtype=bool)
    return np.einsum("nk,nk->n", pairs.source_normals, pairs.target_normals) >= np.cos(angle)


def reciprocal(pairs: Pairs, source: np.ndarray, allowance: float = 0.0) -> np.ndarray:
    """Keeps pairs whose target point has the same source point as its nearest (Pajdla and Van Gool 1995).

    Args:
        pairs: the partners.
        source: `(N, 3)` all source points, where they now are.
        allowance: how much nearer another source point may be to the target point.

    Returns:
        `(M,)` bool.
    """
    nearest, _ = cKDTree(source).query(pairs.target_points, workers=THREADS)
    return pairs.distances <= nearest + allowance


def off_boundary(pairs: Pairs) -> np.ndarray:
    """Keeps pairs whose partner does not lie at the target's rim: `(M,)` bool."""
    return np.ones(len(pairs), dtype=bool) if pairs.at_boundary is None else ~pairs.at_boundary
