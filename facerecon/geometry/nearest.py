"""The exact nearest point on a triangle mesh."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape

_BLOCK_POINTS = 20_000
_BLOCK_PAIRS = 200_000
_ONE_BY_ONE = 4


def closest_in_triangle(points: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest point of one triangle for each point; triangles may be segments or single points.

    Args:
        points: `(N, 3)`.
        corners: `(N, 3, 3)`.

    Returns:
        squared: `(N,)` squared distances.
        weights: `(N, 3)` barycentric coordinates of the nearest points.
    """
    a, b, c = (corners[:, k] - points for k in range(3))  # the point is the origin
    squared, weights = _closest_in_segment(a, b, 0, 1)
    for first, second, i, j in ((b, c, 1, 2), (c, a, 2, 0)):
        other, other_weights = _closest_in_segment(first, second, i, j)
        better = other < squared
        squared[better], weights[better] = other[better], other_weights[better]
    ab, ac = b - a, c - a
    normal = np.cross(ab, ac)
    area = np.einsum("nk,nk->n", normal, normal)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_b = -np.einsum("nk,nk->n", np.cross(a, ac), normal) / area
        at_c = -np.einsum("nk,nk->n", np.cross(ab, a), normal) / area
        inside = (area > 0) & (at_b >= 0) & (at_c >= 0) & (at_b + at_c <= 1)
        height = np.einsum("nk,nk->n", a, normal) ** 2 / area
    inside &= height < squared
    squared[inside] = height[inside]
    weights[inside] = np.column_stack([1 - at_b - at_c, at_b, at_c])[inside]
    return squared, weights


def _closest_in_segment(start: np.ndarray, end: np.ndarray, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Finds the point of each segment nearest to the origin, as barycentric coordinates of corners i and j."""
    along = end - start
    length = np.einsum("nk,nk->n", along, along)
    share = np.clip(-np.einsum("nk,nk->n", start, along) / np.where(length > 0, length, 1), 0, 1)
    foot = start + share[:, None] * along
    weights = np.zeros((len(start), 3))
    weights[:, i], weights[:, j] = 1 - share, share
    return np.einsum("nk,nk->n", foot, foot), weights


class Surface:
    """A mesh prepared for many nearest-point queries.

    Triangles are looked up by their centroids in KD-trees. A triangle of radius r (largest distance from its centroid
    to a corner) has no point nearer than its centroid's distance minus r: the search ends when no triangle that was not
    looked at can win. One tree for each factor of two in r keeps few large triangles from slowing down the many small.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`, at least one.
    """

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray):
        check_shape(vertices, ("V", 3), "vertices")
        if not check_shape(triangles, ("T", 3), "triangles")["T"]:
            raise ValueError("a surface needs at least one triangle")
        self._corners = np.asarray(vertices, dtype=np.float64)[triangles]
        self._centroids = self._corners.mean(axis=1)
        self._radii = np.linalg.norm(self._corners - self._centroids[:, None], axis=2).max(axis=1)
        octave = np.floor(np.log2(np.maximum(self._radii, 1e-9 * max(self._radii.max(), 1e-300))))
        self._groups = []
        for value in np.unique(octave):
            members = np.flatnonzero(octave == value)
            self._groups.append((members, cKDTree(self._centroids[members]), self._radii[members].max()))

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Finds the nearest point of the surface for each of `(N, 3)` points.

        Returns:
            distances: `(N,)`.
            triangle_index: `(N,)`.
            weights: `(N, 3)` barycentric coordinates in that triangle.
        """
        check_shape(points, ("N", 3), "points")
        points = np.asarray(points, dtype=np.float64)
        squared = np.full(len(points), np.inf)
        index, weights = np.zeros(len(points), dtype=np.int64), np.zeros((len(points), 3))
        for start in range(0, len(points), _BLOCK_POINTS):
            block = slice(start, start + _BLOCK_POINTS)
            for group in sorted(self._groups, key=lambda g: -len(g[0])):
                self._search(group, points[block], squared[block], index[block], weights[block])
        return np.sqrt(squared), index, weights

    def _search(
        self,
        group: tuple[np.ndarray, cKDTree, float],
        points: np.ndarray,
        squared: np.ndarray,
        index: np.ndarray,
        weights: np.ndarray,
    ) -> None:
        """Improves the best squared distances, triangles and weights (changed in place) by one group's triangles."""
        members, tree, radius = group
        left, count, seen = np.arange(len(points)), min(4, len(members)), 0
        while len(left):
            away, found = (a.reshape(len(left), count) for a in tree.query(points[left], k=count))
            candidates = members[found[:, seen:]]
            self._improve(left, candidates, away[:, seen:], points, squared, index, weights)
            open_ = away[:, -1] - radius < np.sqrt(squared[left])
            if count == len(members):
                return
            left, seen, count = left[open_], count, min(4 * count, len(members))

    def _improve(
        self,
        left: np.ndarray,
        candidates: np.ndarray,
        away: np.ndarray,
        points: np.ndarray,
        squared: np.ndarray,
        index: np.ndarray,
        weights: np.ndarray,
    ) -> None:
        """Tries `(N, K)` candidate triangles for the points `left`, nearest centroids first.

        The first few are tried one after the other, for each may spare the next; where many are left to be tried, few
        points have any, and one call for all pairs costs less.
        """
        count = candidates.shape[1]
        for columns in np.array_split(np.arange(count), min(count, _ONE_BY_ONE)):
            useful = away[:, columns] - self._radii[candidates[:, columns]] < np.sqrt(squared[left])[:, None]
            for rows in np.array_split(np.arange(len(left)), -(-np.count_nonzero(useful) // _BLOCK_PAIRS) or 1):
                row, column = np.nonzero(useful[rows])
                who, triangle = left[rows[row]], candidates[rows[row], columns[column]]
                found, at = closest_in_triangle(points[who], self._corners[triangle])
                order = np.lexsort((found, who))
                best = order[np.unique(who[order], return_index=True)[1]]
                best = best[found[best] < squared[who[best]]]
                who = who[best]
                squared[who], index[who], weights[who] = found[best], triangle[best], at[best]


def nearest_on_surface(
    vertices: np.ndarray, triangles: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds the nearest point of a mesh for each of `(N, 3)` points; see `Surface`, which is faster when used again.

    Returns:
        distances: `(N,)`.
        triangle_index: `(N,)`.
        weights: `(N, 3)` barycentric coordinates in that triangle.
    """
    return Surface(vertices, triangles).nearest(points)
