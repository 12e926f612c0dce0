"""Scores a head against a scan as the NoW benchmark does: how far each point of the scan is from the nearest surface.

The head is laid on the scan by seven landmarks and then moved until the distances are least; only points in the ball
around the nose count (`protocol.FaceBall`). *Metrical* keeps the head's own size; else its size is free, and what is
scored is the shape alone. A free size lets a head with inner geometry shrink into itself: give the skin alone, and read
both scores. Written after the description in Sanyal et al. 2019 (RingNet) and Zielonka et al. 2022 (MICA, metrical).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh, PointCloud
from facerecon.evaluation.protocol import SEVEN, FaceBall, face_regions
from facerecon.evaluation.refinement import Alignment, Target, refine, see
from facerecon.evaluation.statistics import ErrorStatistics
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.procrustes import procrustes

LEAST_POINTS = 50
ALIGNED_POINTS, REGION_POINTS = 4000, 400
"""A head, or a region, is aligned by so many of the scan's points, evenly chosen; all of them are measured."""
REST = 0.05
"""What the rest of the face counts beside a region that is aligned: it holds what the region alone cannot tell."""


@dataclass(frozen=True, eq=False)
class ScanScore:
    """How far a scan is from a head."""

    rows: np.ndarray
    "`(N,)` which points of the scan were scored"
    alignment: Alignment
    "where the head lies on them, with the `(N,)` distances, mm"
    regions: Mapping[str, np.ndarray]
    "region → `(N,)` bool"
    ball: FaceBall
    "what was scored"
    metrical: bool
    "whether the head kept its own size"

    @property
    def distances(self) -> np.ndarray:
        """`(N,)` mm."""
        return self.alignment.distances

    @property
    def statistics(self) -> ErrorStatistics:
        """The whole face in numbers, mm."""
        return ErrorStatistics.of(self.distances)


class ScanTruth:
    """A scan with its landmarks, prepared for scoring several heads.

    Args:
        scan: mm.
        landmarks68: `(68, 3)` mm, iBUG's order, in the scan's frame.

    Raises:
        SettingsError: the landmarks do not lie on the scan.
    """

    def __init__(self, scan: PointCloud, landmarks68: np.ndarray):
        check_shape(landmarks68, (68, 3), "landmarks68")
        self.scan, self.landmarks68 = scan, landmarks68
        self.ball = FaceBall.around(landmarks68)
        self.rows = np.flatnonzero(self.ball.holds(scan.points))
        if len(self.rows) < LEAST_POINTS or not self.ball.radius > 0:
            raise SettingsError(
                f"Only {len(self.rows)} points of the scan lie around its landmarks; "
                "are both in one frame and in one unit?"
            )
        self.points = scan.points[self.rows]
        self.regions = face_regions(self.points, landmarks68)
        normals = scan.normals
        if normals is None and scan.triangles is not None:
            normals = vertex_normals(scan.points, scan.triangles)
        self.normals = None if normals is None else normals[self.rows]


def scan_to_mesh(
    mesh: Mesh | Target, mesh_landmarks68: np.ndarray, truth: ScanTruth, metrical: bool = False
) -> ScanScore:
    """Lays a head on a scan and measures the distances.

    Args:
        mesh: the head's skin, mm; a Target where one head is scored several times.
        mesh_landmarks68: `(68, 3)` mm, iBUG's order, on the head.
        truth: the scan.
        metrical: keep the head's size.
    """
    check_shape(mesh_landmarks68, (68, 3), "mesh_landmarks68")
    target = mesh if isinstance(mesh, Target) else Target(mesh)
    seven = list(SEVEN)
    first = procrustes(mesh_landmarks68[seven], truth.landmarks68[seven], scale=not metrical)
    some = _thinned(truth.points, ALIGNED_POINTS)
    motion = refine(target, some, first, scale=not metrical, exact=False).scan_from_mesh
    found = refine(target, some, motion, scale=not metrical)
    if len(some) < len(truth.points):
        found = see(target, truth.points, found.scan_from_mesh)
    return ScanScore(truth.rows, found, truth.regions, truth.ball, metrical)


def _thinned(rows: np.ndarray, count: int) -> np.ndarray:
    """Keeps at most `count` of the rows, evenly chosen."""
    return rows[:: max(-(-len(rows) // count), 1)]


def region_distances(target: Target, truth: ScanTruth, score: ScanScore) -> dict[str, np.ndarray]:
    """Measures each region after it was aligned by itself: region → `(K,)` mm.

    So a wrong nose does not hide behind, or blame, the rest of the face (Chai et al. 2022, “REALY: Rethinking the
    evaluation of 3D face reconstruction”). The size stays what it was for the whole face.
    """
    found = {}
    for name, mask in score.regions.items():
        inside = _thinned(np.flatnonzero(mask), REGION_POINTS)
        outside = _thinned(np.flatnonzero(~mask), REGION_POINTS // 4)
        motion = score.alignment.scan_from_mesh
        if len(inside) >= LEAST_POINTS:
            points = truth.points[np.r_[inside, outside]]
            weights = np.r_[np.full(len(inside), 1 / len(inside)), np.full(len(outside), REST / max(len(outside), 1))]
            motion = refine(target, points, motion, scale=False, weights=weights, exact=False).scan_from_mesh
        found[name] = see(target, truth.points[mask], motion).distances if mask.any() else np.zeros(0)
    return found


def normal_angles(target: Target, truth: ScanTruth, score: ScanScore) -> np.ndarray | None:
    """Measures the angle between the scan's normals and the head's at the nearest points, `(N,)` degrees.

    None where the scan has neither normals nor triangles.
    """
    if truth.normals is None:
        return None
    mesh, found = target.mesh, score.alignment
    by_vertex = vertex_normals(mesh.vertices, mesh.triangles)
    normals = interpolate(by_vertex, mesh.triangles, found.triangle, found.barycentric)
    normals = normals @ found.scan_from_mesh[:3, :3].T
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(truth.normals, axis=1)
    cosine = (normals * truth.normals).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    return np.degrees(np.arccos(cosine.clip(-1, 1)))
