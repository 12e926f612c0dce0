"""Cleaning: what a scanner saw beside the head is taken off, and what is missing is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.graph import edges
from facerecon.scans.points import keep, thinned, without_duplicates

MOST_POINTS = 120_000
"on a head this is a point each millimetre"
NEIGHBOURS = 8
FAR = 4.0
"standard deviations, of the logarithm of the distance to neighbours, beyond which a point flies"
APART = 6.0
"times the usual distance to neighbours: a wider gap parts pieces"
SMALL_PIECE = 0.05
"of the largest piece's points: smaller pieces are dust"


@dataclass(frozen=True, eq=False)
class Cleaned:
    cloud: PointCloud
    "what is left"
    duplicates: int
    "points that were at the same place as others"
    outliers: int
    "points that flew, or belonged to small pieces"
    holes: np.ndarray
    "`(H,)` lengths around the surface's holes, cloud's unit, the longest first; its outer rim is none of them"


def clean(cloud: PointCloud, most: int = MOST_POINTS) -> Cleaned:
    """Joins duplicates, takes outliers and dust off, thins what is finer than needed, and looks for holes.

    Args:
        cloud: finite points, cropped to the head or not.
        most: points to keep at most.
    """
    single = without_duplicates(cloud)
    solid = without_outliers(thinned(single, 2 * most))
    removed = min(len(single), 2 * most) - len(solid)
    solid = thinned(solid, most)
    return Cleaned(solid, len(cloud) - len(single), max(removed, 0), hole_lengths(solid))


def without_outliers(cloud: PointCloud) -> PointCloud:
    """Takes off single points far from others, then pieces that are small and stand apart.

    Points: the logarithm of the mean distance to the neighbours has a robust standard deviation (1.48 times the median
    deviation), which stretches where density changes over the scan (after Rusu et al. 2008). A mesh's vertices are
    spaced as the modeller liked, so that only its pieces are judged; they are held together by triangles too.
    """
    if len(cloud) <= NEIGHBOURS + 1:
        return cloud
    away, rows = cKDTree(cloud.points).query(cloud.points, k=NEIGHBOURS + 1)
    spacing = np.log(np.maximum(away[:, 1:].mean(axis=1), 1e-300))
    middle = np.median(spacing)
    deviation = 1.48 * np.median(np.abs(spacing - middle)) + 0.05
    is_mesh = cloud.triangles is not None and len(cloud.triangles) > 0
    good = np.ones(len(cloud), bool) if is_mesh else spacing < middle + FAR * deviation
    start, end = np.repeat(np.arange(len(cloud)), NEIGHBOURS), rows[:, 1:].ravel()
    near = (away[:, 1:].ravel() < APART * np.exp(middle)) & good[start] & good[end]
    pairs = np.column_stack([start[near], end[near]])
    if is_mesh:
        pairs = np.concatenate([pairs, edges(cloud.triangles)])
    graph = coo_matrix((np.ones(len(pairs), bool), pairs.T), shape=(len(cloud),) * 2)
    _, piece = connected_components(graph, directed=False)
    sizes = np.bincount(piece[good], minlength=piece.max() + 1)
    return keep(cloud, good & (sizes[piece] >= SMALL_PIECE * sizes.max()))


def hole_lengths(cloud: PointCloud) -> np.ndarray:
    """Measures around the holes of a surface: `(H,)`, the longest first, without the outer rim; none for bare points.

    Sides that only one triangle has make closed rims; corners where rims touch join them. The longest is the outer rim.
    """
    if cloud.triangles is None or not len(cloud.triangles):
        return np.zeros(0)
    pairs = np.sort(np.stack([cloud.triangles, np.roll(cloud.triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    pairs, uses = np.unique(pairs, axis=0, return_counts=True)
    rim = pairs[uses == 1]
    if not len(rim):
        return np.zeros(0)
    lengths = np.linalg.norm(cloud.points[rim[:, 0]] - cloud.points[rim[:, 1]], axis=1)
    graph = coo_matrix((np.ones(len(rim), bool), rim.T), shape=(len(cloud),) * 2)
    _, piece = connected_components(graph, directed=False)
    totals = np.bincount(piece[rim[:, 0]], lengths)
    return np.sort(totals[totals > 0])[::-1][1:]
