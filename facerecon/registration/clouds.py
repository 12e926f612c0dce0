"""Looks at clouds before they are registered: what cannot work is refused in a sentence."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.errors import CloudError
from facerecon.core.types import PointCloud

FEWEST = 10
"points that a cloud must have"
FLATTEST = 1e-6
"of a cloud's largest spread: a second spread below that makes it a line"
LARGEST = 1e100
"Coordinates beyond it overflow in squares."
SIZE_RATIO = 9.0
"Above it two clouds can hardly be in one unit: between mm, cm and m lies 10 at least."

_SAMPLE = 2000


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scales `(N, 3)` vectors to length 1; vectors of no length stay 0."""
    length = np.sqrt(np.einsum("nk,nk->n", vectors, vectors))
    return vectors / np.where(length > 0, length, 1.0)[:, None]


def radius(points: np.ndarray) -> float:
    """Measures how large a cloud `(N, 3)` is: the median distance from its median point, which outliers hardly move."""
    away = points - np.median(points, axis=0)
    return float(np.median(np.sqrt(np.einsum("nk,nk->n", away, away))))


def spacing(points: np.ndarray) -> float:
    """Measures how far points `(N, 3)` are from their neighbours: the median, of a sample."""
    some = points[:: max(1, len(points) // _SAMPLE)]
    return float(np.median(cKDTree(points).query(some, k=2)[0][:, 1]))


def rows_of_use(points: np.ndarray) -> np.ndarray:
    """Finds the rows `(n,)` of `(N, 3)` points that are finite and no copies of an earlier row, in their order."""
    return np.flatnonzero(_firsts(points) == np.arange(len(points)))


def cleaned(cloud: PointCloud) -> tuple[PointCloud, np.ndarray]:
    """Leaves out points that are not finite, and joins points at one place, as meshes have along seams.

    Returns:
        The cloud, in its order; triangles stay where all their corners do.
        `(n,)` the rows of the cloud as it came.
    """
    firsts = _firsts(cloud.points)
    rows = np.flatnonzero(firsts == np.arange(len(firsts)))
    triangles = None
    if cloud.triangles is not None:
        place = np.where(firsts >= 0, np.searchsorted(rows, firsts), -1)
        triangles = place[cloud.triangles]
        a, b, c = triangles.T
        triangles = triangles[(triangles >= 0).all(axis=1) & (a != b) & (b != c) & (c != a)]
    normals, colours = (None if values is None else values[rows] for values in (cloud.normals, cloud.colours))
    return PointCloud(cloud.points[rows], normals, colours, triangles), rows


def _firsts(points: np.ndarray) -> np.ndarray:
    """Finds the first row `(N,)` at the place of each of `(N, 3)` points; -1 for those that are not finite."""
    finite = np.flatnonzero((np.abs(points) < LARGEST).all(axis=1))
    kept = points[finite] + 0.0  # -0 is 0
    order = np.lexsort(kept.T)  # stable: of equal points the first comes first
    new = np.ones(len(kept), dtype=bool)
    new[1:] = (np.diff(kept[order], axis=0) != 0).any(axis=1)
    firsts = np.full(len(points), -1)
    firsts[finite[order]] = finite[order[new]][np.cumsum(new) - 1]
    return firsts


def points_alone(cloud: PointCloud, rows: np.ndarray) -> PointCloud:
    """Takes some points of a cloud, with their normals."""
    return PointCloud(cloud.points[rows], None if cloud.normals is None else cloud.normals[rows])


def check_cloud(cloud: PointCloud, name: str) -> None:
    """Refuses a cloud that fixes no motion.

    Args:
        cloud: finite points, each once.
        name: how to call it: `source`, `target`.

    Raises:
        CloudError: it has fewer than `FEWEST` points, or they lie on a line.
    """
    if len(cloud) < FEWEST:
        raise CloudError(f"The {name} has {len(cloud)} different points; a registration needs at least {FEWEST}.")
    centred = cloud.points - cloud.points.mean(axis=0)
    spread = np.linalg.eigvalsh(centred.T @ centred / max(np.abs(centred).max() ** 2, 1e-300))
    if spread[1] <= FLATTEST**2 * spread[2]:
        raise CloudError(f"The points of the {name} lie on one line, so that it could turn around it.")


def check_units(source: PointCloud, target: PointCloud) -> None:
    """Refuses clouds of which one is so much larger that their units must differ.

    Raises:
        CloudError: it is so.
    """
    first, second = radius(source.points), radius(target.points)
    ratio = max(first, second) / max(min(first, second), 1e-300)
    if ratio > SIZE_RATIO:
        larger, smaller = ("source", "target") if first > second else ("target", "source")
        raise CloudError(f"The {larger} is {ratio:.3g} times as large as the {smaller}: units differ.", "cloud_units")
