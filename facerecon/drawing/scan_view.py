"""A scan as a picture: seen from any direction, in its colours or as clay, with the way back from pixels to points.

Parallel rays, so that the scan's unit does not matter. Points without triangles are joined to a surface
over each picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy.spatial import Delaunay, cKDTree

from facerecon.core.arrays import read_only
from facerecon.core.types import PointCloud
from facerecon.drawing.shading import CLAY, SOFT, STUDIO, shade, to_linear, to_srgb
from facerecon.drawing.theme import STAGE_3D, rgb
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.target import plane_normals
from facerecon.geometry.transforms import apply, invert, rigid

MOST_POINTS = 60_000
"""Of a cloud without triangles are drawn."""
LARGEST_DISC = 12
"""px, the radius with which a point hides what is behind it."""
BEHIND = 1.5
"""Spacings behind the nearest points where points begin to be hidden."""
LONGEST = 4.0
"""Spacings that a side between two points may be long."""
_FRONT = 1.0
"""px between the eye and the nearest point: depths must be > 0."""


@dataclass(frozen=True, eq=False)
class ScanView:
    image: np.ndarray
    "`(S, S, 3)` RGB uint8"
    depth: np.ndarray
    "`(S, S)` px; inf where nothing is"
    scan_from_view: np.ndarray
    "`(4, 4)` similarity from (x, y, depth) in px to the scan"

    def __post_init__(self):
        object.__setattr__(self, "image", read_only(self.image))
        object.__setattr__(self, "depth", read_only(self.depth))

    def points_at(self, pixels: np.ndarray, reach: float) -> np.ndarray:
        """Finds the `(L, 3)` points of the scan seen at `(L, 2)` px; NaN where none is nearer than `reach` px."""
        rows, columns = np.nonzero(np.isfinite(self.depth))
        if not len(rows):
            return np.full((len(pixels), 3), np.nan)
        away, at = cKDTree(np.column_stack([columns, rows])).query(pixels)
        seen = np.column_stack([pixels, self.depth[rows[at], columns[at]]])
        return np.where((away <= reach)[:, None], apply(self.scan_from_view, seen), np.nan)


class ScanScene:
    """A scan prepared for being looked at many times.

    Args:
        cloud: one point or more.
    """

    def __init__(self, cloud: PointCloud):
        self.solid = cloud.triangles is not None and len(cloud.triangles) > 0
        rows = slice(None)
        if not self.solid and len(cloud) > MOST_POINTS:
            rows = np.linspace(0, len(cloud) - 1, MOST_POINTS).astype(int)
        self.points = cloud.points[rows]
        self.triangles = cloud.triangles
        self._given = None if cloud.normals is None else cloud.normals[rows]
        self._colours = None if cloud.colours is None else cloud.colours[rows]

    @cached_property
    def middle(self) -> tuple[np.ndarray, float]:
        """The middle of the scan and the side of a cube around it; a few points far away do not count."""
        low, high = np.percentile(self.points, (0.5, 99.5), axis=0)
        return (low + high) / 2, float(np.linalg.norm(high - low))

    @cached_property
    def _normals(self) -> np.ndarray:
        if self.solid:
            return vertex_normals(self.points, self.triangles)
        return plane_normals(self.points)[0] if self._given is None else self._given

    @cached_property
    def _albedo(self) -> np.ndarray:
        if self._colours is None:
            return np.broadcast_to(np.float32(CLAY), self.points.shape)
        return to_linear(self._colours)

    @cached_property
    def _spacing(self) -> float:
        """Tells how far apart points are where they are sparse: 95th percentile to the third neighbour."""
        some = self.points[:: max(1, len(self.points) // 2000)]
        count = min(4, len(self.points))
        return float(np.percentile(cKDTree(self.points).query(some, k=count)[0].reshape(len(some), count)[:, -1], 95))

    def view(self, view_from_scan: np.ndarray, centre: np.ndarray, extent: float, side: int) -> ScanView:
        """Looks at the scan.

        Args:
            view_from_scan: `(3, 3)` rotation; the view's x points right, y down, z away.
            centre: `(3,)` point of the scan in the middle of the picture.
            extent: width of what the picture shows, in the scan's unit.
            side: of the picture, px.
        """
        scale = side / extent
        moved = (self.points - centre) @ view_from_scan.T * scale
        front = float(moved[:, 2].min()) - _FRONT
        middle = np.array([(side - 1) / 2, (side - 1) / 2, -front])
        moved += middle
        normals = self._normals @ view_from_scan.T * np.float32([1, -1, -1])
        triangles = self.triangles
        if not self.solid:
            normals = normals * np.where(normals[:, 2:] < 0, -1, 1)
            spacing = self._spacing * scale
            triangles = _joined(moved, _visible(moved, side, spacing), spacing)
        depth, albedo, normals = self._draw(moved, normals, triangles, side)
        covered = np.isfinite(depth)
        normals *= np.where(normals[:, 2:] < 0, -1, 1)  # seen from the inside, or not known which side is out
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        image = np.empty((side, side, 3), np.uint8)
        image[:] = rgb(STAGE_3D)
        lighting = STUDIO if self._colours is None else SOFT
        image[covered] = np.round(to_srgb(shade(albedo, normals.astype(np.float32), lighting)) * 255).clip(0, 255)
        return ScanView(image, depth, invert(rigid(scale * view_from_scan, middle - scale * view_from_scan @ centre)))

    def _draw(
        self, moved: np.ndarray, normals: np.ndarray, triangles: np.ndarray, side: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        raster = rasterize(moved[:, :2], moved[:, 2], triangles, side, side, perspective=False)
        at = (triangles, raster.triangle[raster.covered], raster.barycentric[raster.covered])
        return raster.depth, interpolate(self._albedo, *at), interpolate(normals, *at)


def _visible(moved: np.ndarray, side: int, spacing: float) -> np.ndarray:
    """Tells which points `(N, 3)` px lie on the picture and are not behind others, drawn as discs; `(N,)` bool."""
    column, row = np.round(moved[:, :2]).astype(int).T
    radius = int(np.clip(np.ceil(spacing), 1, LARGEST_DISC))
    inside = np.flatnonzero((column >= 0) & (column < side) & (row >= 0) & (row < side))
    depth = np.full((side, side), np.inf, np.float32)
    np.minimum.at(depth, (row[inside], column[inside]), moved[inside, 2].astype(np.float32))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    nearest = cv2.erode(depth, disc)
    result = np.zeros(len(moved), dtype=bool)
    result[inside] = moved[inside, 2] <= nearest[row[inside], column[inside]] + BEHIND * max(spacing, 1.0)
    return result


def _joined(moved: np.ndarray, visible: np.ndarray, spacing: float) -> np.ndarray:
    """Joins visible points to triangles `(T, 3)` over the picture (Delaunay 1934), none with a side too long."""
    rows = np.flatnonzero(visible)
    if len(np.unique(moved[rows, :2].round(3), axis=0)) < 4 or np.ptp(moved[rows, :2], axis=0).min() < 1:
        return np.zeros((0, 3), dtype=np.int64)
    triangles = rows[Delaunay(moved[rows, :2], qhull_options="QJ Qbb").simplices]
    corners = moved[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return triangles[longest < LONGEST * max(spacing, 1.0)].astype(np.int64)
