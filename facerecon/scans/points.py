"""Parts of a cloud, and clouds with fewer points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.normals import unit
from facerecon.geometry.voxels import voxels

NEIGHBOURS = 24
"points to which a point is drawn when it is smoothed"


def keep(cloud: PointCloud, good: np.ndarray) -> PointCloud:
    """Keeps some points, `(N,)` bool, and the triangles that lie between them."""
    parts = {name: getattr(cloud, name) for name in ("normals", "colours")}
    kept = {name: None if values is None else values[good] for name, values in parts.items()}
    triangles = cloud.triangles
    if triangles is not None:
        row = np.cumsum(good) - 1
        triangles = row[triangles[good[triangles].all(axis=1)]]
    return replace(cloud, points=cloud.points[good], triangles=triangles, **kept)


def crop(cloud: PointCloud, centre: np.ndarray, radius: float) -> PointCloud:
    """Keeps what lies in a sphere."""
    return keep(cloud, ((cloud.points - centre) ** 2).sum(axis=1) <= radius**2)


def merged(cloud: PointCloud, group: np.ndarray) -> PointCloud:
    """Makes one point of each group: their mean, with mean normal and colour.

    Args:
        cloud: the points.
        group: `(N,)` number of each point's group, 0 … groups - 1, none empty.

    Returns:
        Groups in their order; triangles that lost their area are gone.
    """
    counts = np.bincount(group)[:, None]

    def mean(values: np.ndarray) -> np.ndarray:
        return np.column_stack([np.bincount(group, values[:, k]) for k in range(3)]) / counts

    normals = None if cloud.normals is None else unit(mean(cloud.normals))
    colours = None if cloud.colours is None else mean(cloud.colours.astype(np.float64)).round()
    triangles = cloud.triangles
    if triangles is not None:
        a, b, c = group[triangles].T
        triangles = group[triangles][(a != b) & (b != c) & (c != a)]
    return PointCloud(mean(cloud.points), normals, colours, triangles)


def without_duplicates(cloud: PointCloud) -> PointCloud:
    """Joins points at exactly one place, as files have them where textures are cut."""
    _, group = np.unique(cloud.points, axis=0, return_inverse=True)
    group = group.reshape(-1)
    if group.max(initial=-1) + 1 == len(cloud):
        return cloud
    # Keep the order of the first of each.
    first = np.full(group.max() + 1, len(group))
    np.minimum.at(first, group, np.arange(len(group)))
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return merged(cloud, place[group])


def thinned(cloud: PointCloud, most: int) -> PointCloud:
    """Merges points in a grid of cubes, as fine as possible with at most so many points; few points stay as they are.

    Cubes keep the density even: a scan of a whole body does not lose more of the face than of the shoes.
    """
    if len(cloud) <= most:
        return cloud
    low, high = 0.0, float(np.ptp(cloud.points, axis=0).max())
    size, group = high, np.zeros(len(cloud), dtype=np.int64)
    for _ in range(12):
        middle = (low + high) / 2 if low else high / 2
        tried = voxels(cloud.points, middle)
        if tried.max() < most:
            size, group, high = middle, tried, middle
        else:
            low = middle
        if low and high / low < 1.1:
            break
    return merged(cloud, group) if size else cloud


def smoothed(cloud: PointCloud, among: PointCloud, reach: float) -> PointCloud:
    """Draws points along their normals to the mean surface of points around them: noise is averaged, edges stay.

    The projection of moving least squares (Alexa et al. 2003) with the plane's direction known. Averaging in cubes does
    not do: a point that strays lands in a cube of its own.

    Args:
        cloud: with normals.
        among: points of the same surface with normals, perhaps the same cloud.
        reach: standard deviation of the weights along the surface, points' unit.
    """
    away, row = cKDTree(among.points).query(cloud.points, k=min(NEIGHBOURS, len(among)))
    away, row = away.reshape(len(cloud), -1), row.reshape(len(cloud), -1)
    offset = np.einsum("nkc,nc->nk", among.points[row] - cloud.points[:, None], cloud.normals)
    aside = np.maximum(away**2 - offset**2, 0)
    alike = np.einsum("nkc,nc->nk", among.normals[row], cloud.normals) > 0.5
    weight = np.exp(-aside / (2 * reach**2)) * alike
    total = np.maximum(weight.sum(axis=1), 1e-9)
    return replace(cloud, points=cloud.points + cloud.normals * ((weight * offset).sum(axis=1) / total)[:, None])
