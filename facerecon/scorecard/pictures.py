"""Heat maps of a score: the head coloured by how far the scan is from it, and the scan by how far each point is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import Camera, Mesh, PointCloud
from facerecon.drawing.comparison import difference_colours
from facerecon.drawing.render import render
from facerecon.evaluation.protocol import FaceBall
from facerecon.evaluation.refinement import Target
from facerecon.geometry.clouds import moved
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.transforms import apply, camera_from_head_rotation, invert, rigid
from facerecon.mesh.subdivide import subdivide
from facerecon.scorecard.score import Judged

MOST = 4.0
"""mm that the last colour stands for, in every picture of every head, so that they can be compared."""
SIDES = (-45.0, 0.0, 45.0)
"""degrees by which the head is turned in the flat pictures"""
REACH, NEIGHBOURS = 6.0, 6
"""mm, and how many measured points at most colour a vertex"""
FINE = 10_000
"""triangles that a head has at least when it is coloured: colours go by vertex"""
_AIR, _DISTANCE = 2.5, 900.0


@dataclass(frozen=True, eq=False)
class HeatMap:
    """A head with what was measured on it."""

    mesh: Mesh
    "mm, head frame"
    away: np.ndarray
    "`(V,)` mm between scan and head; NaN where nothing was measured"
    outwards: np.ndarray
    "`(V,)` mm by which the scan lies outside the head; below 0: inside"

    def colours(self, signed: bool = False) -> np.ndarray:
        """Colours the vertices, `(V, 3)` uint8."""
        values = self.outwards if signed else self.away
        return difference_colours(np.nan_to_num(values), np.isfinite(values), MOST, signed)


def heat_map(target: Target, judged: Judged, points: np.ndarray) -> HeatMap:
    """Carries a score's distances over to the vertices of the head.

    Args:
        target: the head.
        judged: its score.
        points: `(N, 3)` of the scan that were scored.
    """
    mesh = target.mesh
    while len(mesh.triangles) < FINE:
        mesh, _ = subdivide(mesh)
    found = judged.score.alignment
    mesh_from_scan = invert(found.scan_from_mesh)
    feet = apply(mesh_from_scan, found.feet)
    normals = triangle_normals(target.mesh.vertices, target.mesh.triangles)[found.triangle]
    side = np.sign(((apply(mesh_from_scan, points) - feet) * normals).sum(axis=1))
    away, rows = cKDTree(feet).query(mesh.vertices, k=min(NEIGHBOURS, len(feet)), distance_upper_bound=REACH)
    near = np.isfinite(away)
    weights = np.where(near, np.exp(-((np.where(near, away, 0) / (REACH / 3)) ** 2)), 0)
    total = weights.sum(axis=1)
    rows = np.where(near, rows, 0)
    values = [(weights * field[rows]).sum(axis=1) for field in (found.distances, side * found.distances)]
    return HeatMap(mesh, *(np.where(total > 0, value / np.where(total > 0, total, 1), np.nan) for value in values))


def scan_in_head(scan: PointCloud, judged: Judged) -> PointCloud:
    """Brings the scan to the head, each point coloured by how far it is; grey where it was not scored."""
    away, measured = np.zeros(len(scan)), np.zeros(len(scan))
    away[judged.score.rows], measured[judged.score.rows] = judged.score.distances, 1
    colours = difference_colours(away, measured, MOST, signed=False)
    placed = moved(scan, invert(judged.score.alignment.scan_from_mesh))
    return PointCloud(placed.points, placed.normals, colours, placed.triangles)


def flat_picture(found: HeatMap, judged: Judged, ball: FaceBall, degrees: float, size: int) -> np.ndarray:
    """Draws a heat map from one side, `(size, size, 3)` uint8; every head fills the picture alike.

    Args:
        found: what to draw.
        judged: where the head lies on the scan.
        ball: of the scan: what was scored.
        degrees: by which the head is turned to its own left.
        size: px.
    """
    to_head = invert(judged.score.alignment.scan_from_mesh)
    centre = apply(to_head, ball.centre[None])[0]
    extent = _AIR * ball.radius / judged.score.alignment.scale
    rotation = camera_from_head_rotation(np.radians(degrees), 0.0, 0.0)
    pose = rigid(rotation, np.array([0, 0, _DISTANCE]) - rotation @ centre)
    camera = Camera(size, size, size * _DISTANCE / extent, np.full(2, (size - 1) / 2))
    return render(found.mesh, camera, pose, style="colours", colours=found.colours())
