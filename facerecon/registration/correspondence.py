"""Finds the partner of each source point: nearest point, nearest with a like normal, or nearest on the surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.errors import CloudError
from facerecon.core.types import PointCloud
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import Surface
from facerecon.registration.boundary import boundary
from facerecon.registration.clouds import unit

THREADS = -1
"All cores search; what they find does not depend on their number."


@dataclass(frozen=True, eq=False)
class Pairs:
    source_index: np.ndarray
    "`(M,)` rows of the source"
    source_points: np.ndarray
    "`(M, 3)` where the source now is"
    target_points: np.ndarray
    "`(M, 3)` their partners"
    source_normals: np.ndarray | None = None
    "`(M, 3)`, turned with the source; or None: not known"
    target_normals: np.ndarray | None = None
    "`(M, 3)`; or None: not known"
    target_index: np.ndarray | None = None
    "`(M,)` rows of the target's points; None: partners lie between them"
    at_boundary: np.ndarray | None = None
    "`(M,)` bool: whether the partner lies at the target's rim; or None: not asked"

    def __len__(self) -> int:
        return len(self.source_index)

    def __getitem__(self, rows: np.ndarray) -> Pairs:
        fields = (getattr(self, name) for name in self.__dataclass_fields__)
        return Pairs(*(None if values is None else values[rows] for values in fields))

    @property
    def distances(self) -> np.ndarray:
        """`(M,)` from each source point to its partner."""
        away = self.source_points - self.target_points
        return np.sqrt(np.einsum("nk,nk->n", away, away))


@runtime_checkable
class Matcher(Protocol):
    """Is prepared for a target once, then asked at every iteration."""

    def __init__(self, target: PointCloud, with_boundary: bool = False): ...

    def find(self, points: np.ndarray, normals: np.ndarray | None) -> Pairs:
        """Finds one partner for each of `(N, 3)` source points with `(N, 3)` normals, at any distance."""
        ...


class NearestPoint:
    """The nearest point of the target, by a k-d tree (Besl and McKay 1992)."""

    def __init__(self, target: PointCloud, with_boundary: bool = False):
        self._target = target
        self.tree = cKDTree(target.points)
        self._rim = boundary(target) if with_boundary else None

    def find(self, points: np.ndarray, normals: np.ndarray | None) -> Pairs:
        return self._pairs(points, normals, self.tree.query(points, workers=THREADS)[1])

    def _pairs(self, points: np.ndarray, normals: np.ndarray | None, index: np.ndarray) -> Pairs:
        target = self._target
        return Pairs(
            source_index=np.arange(len(points)),
            source_points=points,
            target_points=target.points[index],
            source_normals=normals,
            target_normals=None if target.normals is None else target.normals[index],
            target_index=index,
            at_boundary=None if self._rim is None else self._rim[index],
        )


class NearestWithNormal(NearestPoint):
    """The nearest point in position and normal together: a k-d tree in six dimensions.

    A normal that points the opposite way counts as two `RELATIVE_LENGTH` of the target's radius.
    """

    RELATIVE_LENGTH = 0.2

    def __init__(self, target: PointCloud, with_boundary: bool = False):
        if target.normals is None:
            raise CloudError("Matching by normals needs normals of the target.")
        self._target = target
        away = target.points - target.points.mean(axis=0)
        self._length = self.RELATIVE_LENGTH * float(np.sqrt((away**2).sum(axis=1).mean()))
        self.tree = cKDTree(np.hstack([target.points, self._length * target.normals]))
        self._rim = boundary(target) if with_boundary else None

    def find(self, points: np.ndarray, normals: np.ndarray | None) -> Pairs:
        if normals is None:
            raise CloudError("Matching by normals needs normals of the source.")
        index = self.tree.query(np.hstack([points, self._length * normals]), workers=THREADS)[1]
        return self._pairs(points, normals, index)


class NearestOnSurface:
    """The nearest point of the target's surface, within a triangle or on its rim; exact."""

    def __init__(self, target: PointCloud, with_boundary: bool = False):
        if target.triangles is None or not len(target.triangles):
            raise CloudError("Matching to the surface needs a target with triangles.")
        self._target, self._surface = target, Surface(target.points, target.triangles)
        self._rim = boundary(target) if with_boundary else None

    def find(self, points: np.ndarray, normals: np.ndarray | None) -> Pairs:
        target = self._target
        _, triangle, weights = self._surface.nearest(points)

        def between(values: np.ndarray) -> np.ndarray:
            return interpolate(values, target.triangles, triangle, weights)

        rim = None
        if self._rim is not None:
            rim = between(self._rim[:, None].astype(np.float64))[:, 0] > 1 - 1e-9
        return Pairs(
            source_index=np.arange(len(points)),
            source_points=points,
            target_points=between(target.points),
            source_normals=normals,
            target_normals=None if target.normals is None else unit(between(target.normals)),
            at_boundary=rim,
        )
