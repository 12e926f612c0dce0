"""Reads a scan: a mesh or points from OBJ, PLY, STL, PCD, and text such as XYZ, PTS or CSV."""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from facerecon.core.errors import ScanError
from facerecon.core.files import file_name, read_bytes
from facerecon.core.types import PointCloud
from facerecon.scans.kinds import scan_kind
from facerecon.scans.pcd import point_count, read_pcd
from facerecon.scans.points import keep
from facerecon.scans.text import read_text

if TYPE_CHECKING:
    from facerecon.scans.meshes import TexturedSurface

logger = logging.getLogger(__name__)

MAX_BYTES = 256_000_000
MAX_POINTS = 5_000_000
_COMPANIONS = (".mtl", ".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_DAMAGES = (ValueError, LookupError, TypeError, AttributeError, struct.error, OverflowError, OSError, SyntaxError)
"""What readers raise on files that are not what they seem."""


def read_scan(
    source: str | Path | bytes | BinaryIO, name: str | None = None, beside: Mapping[str, bytes] | None = None
) -> PointCloud:
    """Reads a scan as it is: in the file's unit, order of points and axes.

    Points that are not finite are left out, and with them the triangles that use them.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        name: what to call it; default: the file's name.
        beside: name → content of an OBJ's material and picture files; None: those beside the path.

    Returns:
        At least one point; colours where the file has them for its vertices, or a texture.

    Raises:
        ScanError: it is missing, empty, damaged, too large or no scan.
    """
    return open_scan(source, name, beside)[0]


def open_scan(
    source: str | Path | bytes | BinaryIO, name: str | None = None, beside: Mapping[str, bytes] | None = None
) -> tuple[PointCloud, tuple[TexturedSurface, ...]]:
    """Reads a scan like `read_scan`, and its textured surfaces as well, whose pictures are finer than its vertices."""
    name = file_name(source, "scan") if name is None else name
    data = read_bytes(source, name, MAX_BYTES, ScanError, "scan")
    kind = scan_kind(data)
    if kind is None:
        known = "OBJ, PLY, STL, PCD, XYZ or CSV"
        raise ScanError(f"{name} is not a scan ({known}).", "scan_unknown", name=name)
    if promised_points(data, kind) > MAX_POINTS:
        raise _too_many(name)
    try:
        beside = _companions(source, data) if beside is None else beside
        cloud, surfaces = _read(data, kind, beside)
    except _DAMAGES as error:
        reason = " ".join(str(error).split())[:80]
        raise ScanError(f"{name} is damaged or cut off ({reason}).", "scan_damaged", name=name) from error
    except MemoryError as error:
        raise _too_many(name) from error
    if len(cloud) > MAX_POINTS:
        raise _too_many(name)
    return _finite(cloud, name), surfaces


def promised_points(data: bytes, kind: str) -> int:
    """Gives how many points a file's header promises, or 0: it promises nothing."""
    if kind == "ply":
        found = re.search(rb"element\s+vertex\s+(\d{1,18})", data[:10_000])
        return int(found[1]) if found else 0
    try:
        return point_count(data) if kind == "pcd" else len(data) // 50 // 2 if kind == "stl" else 0
    except ValueError:
        return 0


def _read(data: bytes, kind: str, beside: Mapping[str, bytes]) -> tuple[PointCloud, tuple[TexturedSurface, ...]]:
    """Reads a file of a known kind."""
    if kind == "pcd":
        return read_pcd(data), ()
    if kind == "text":
        return read_text(data), ()
    from facerecon.scans.meshes import read_mesh, read_textured  # trimesh takes a while to import

    return read_mesh(data, kind, beside), read_textured(data, kind, beside)


def _companions(source: str | Path | bytes | BinaryIO, data: bytes) -> dict[str, bytes]:
    """Reads the material file that an OBJ names, and the pictures beside it, where they lie beside the path."""
    if not isinstance(source, str | Path) or b"mtllib" not in data and b"TextureFile" not in data[:4096]:
        return {}
    beside = [path for path in sorted(Path(source).parent.iterdir()) if path.suffix.lower() in _COMPANIONS]
    # A folder may hold many pictures: only those that the scan or a material file names are read.
    materials = {path.name: path.read_bytes() for path in beside if path.suffix.lower() == ".mtl"}
    mentioned = data[:4096] + b"".join(materials.values())
    pictures = [path for path in beside if path.suffix.lower() != ".mtl" and path.name.encode() in mentioned]
    return {**materials, **{path.name: path.read_bytes() for path in pictures}}


def _too_many(name: str) -> ScanError:
    """Says that a scan has too many points."""
    limit = MAX_POINTS // 1_000_000
    return ScanError(f"{name} has more than {limit} million points.", "scan_too_large", name=name, limit=limit)


def _finite(cloud: PointCloud, name: str) -> PointCloud:
    """Leaves out what is not a number."""
    good = np.isfinite(cloud.points).all(axis=1)
    if not good.any():
        raise ScanError(f"{name} holds no points.", "scan_no_points", name=name)
    if good.all():
        return cloud
    logger.info("%s: %d of %d points are not numbers and are left out", name, (~good).sum(), len(good))
    return keep(cloud, good)
