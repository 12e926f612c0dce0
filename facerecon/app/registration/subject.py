"""Whose surface the clouds are taken from: the visitor's own head, or a scan that was brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Mesh, PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.registration.clouds import check_cloud, cleaned, points_alone, radius
from facerecon.registration.normals import with_normals
from facerecon.registration.pyramid import evenly

BACK, BELOW = -85.0, -125.0
"mm, head frame: a scanner in front of a person sees what is before and above"
AWAY = -0.25
"Normals that point farther back are not seen from the front, such as those inside the mouth."
SMALLEST = 25.0
"mm: a scan whose radius is less, or ten times that, is in another unit"
MIDDLE = np.array([0.0, -10.0, -25.0])
"mm, head frame: where a scan is put"
MOST_POINTS = 60_000
"of a scan without triangles: its normals take time"


@dataclass(frozen=True, eq=False)
class Subject:
    digest: str
    "of the surface"
    surface: PointCloud
    "mm, with normals"
    name: str = ""
    "of the scan's file; empty: it is the visitor's head"
    unit_mm: float = 1.0
    "what one unit of the scan's file was taken for"


def head_subject(mesh: Mesh, digest: str) -> Subject:
    """Takes of a head what a scanner in front of it would see.

    Args:
        mesh: mm, head frame; its first part is the skin.
        digest: of the mesh.
    """
    skin = mesh.triangles if mesh.parts is None else mesh.triangles[mesh.parts == 0]
    normals = vertex_normals(mesh.vertices, skin)
    seen = (mesh.vertices[:, 2] > BACK) & (mesh.vertices[:, 1] > BELOW) & (normals[:, 2] > AWAY)
    triangles = skin[seen[skin].all(axis=1)]
    used, inverse = np.unique(triangles, return_inverse=True)
    return Subject(digest, PointCloud(mesh.vertices[used], normals[used], None, inverse.reshape(-1, 3)))


def scan_subject(scan: PointCloud, digest: str, name: str) -> Subject:
    """Brings a scan of unknown unit and place to where heads are shown.

    Args:
        scan: as it was read.
        digest: of the scan.
        name: of its file.

    Raises:
        CloudError: it has too few points, or they lie on a line.
    """
    clean, _ = cleaned(scan)
    check_cloud(clean, "source")
    if clean.triangles is None or not len(clean.triangles):
        clean = points_alone(clean, evenly(len(clean), MOST_POINTS))
    clean = with_normals(clean)
    unit_mm = 10.0 ** np.ceil(np.log10(SMALLEST / radius(clean.points)))
    points = unit_mm * (clean.points - np.median(clean.points, axis=0)) + MIDDLE
    return Subject(digest, PointCloud(points, clean.normals, None, clean.triangles), name, float(unit_mm))
