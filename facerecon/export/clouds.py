"""Writes clouds and scans, in whatever unit they are: PLY, OBJ, STL, or text (XYZ)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh, PointCloud
from facerecon.export.atomic import write_files
from facerecon.export.polygons import stl_bytes

ENDINGS = (".ply", ".obj", ".stl", ".xyz")


def check_ending(path: Path | str, cloud: PointCloud | None = None) -> None:
    """Refuses a file name whose ending is none that clouds are written to.

    Raises:
        SettingsError: it is so, or it is STL, which holds triangles only, and the cloud has none.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise SettingsError(f"Clouds are written as {', '.join(ENDINGS)}, not as “{ending or Path(path).name}”.")
    if ending == ".stl" and cloud is not None and (cloud.triangles is None or not len(cloud.triangles)):
        raise SettingsError("STL holds triangles, of which this cloud has none; take .ply.")


def write_cloud(cloud: PointCloud, path: Path | str) -> None:
    """Writes a cloud, whole or not at all, in the format that the file's ending names: `.ply .obj .stl .xyz`.

    Raises:
        SettingsError: the ending is another one, or STL is asked for without triangles.
        OSError: the file cannot be written.
    """
    check_ending(path, cloud)
    write = {".ply": _ply, ".obj": _obj, ".stl": _stl, ".xyz": _xyz}[Path(path).suffix.lower()]
    write_files({Path(path): write(cloud)})


def _ply(cloud: PointCloud) -> bytes:
    """Formats a binary little-endian PLY file; coordinates in float64, so that nothing is lost."""
    columns, header = [("position", "<f8", 3)], ["ply", "format binary_little_endian 1.0"]
    header += [f"element vertex {len(cloud)}", *(f"property double {axis}" for axis in "xyz")]
    if cloud.normals is not None:
        columns.append(("normal", "<f4", 3))
        header += [f"property float n{axis}" for axis in "xyz"]
    if cloud.colours is not None:
        columns.append(("colour", "u1", 3))
        header += [f"property uchar {name}" for name in ("red", "green", "blue")]
    vertices = np.zeros(len(cloud), columns)
    for (name, *_), values in zip(columns, _present(cloud), strict=True):
        vertices[name] = values
    triangles = np.zeros(0 if cloud.triangles is None else len(cloud.triangles), [("n", "u1"), ("rows", "<i4", 3)])
    if len(triangles):
        triangles["n"], triangles["rows"] = 3, cloud.triangles
        header += [f"element face {len(triangles)}", "property list uchar int vertex_indices"]
    return "\n".join([*header, "end_header", ""]).encode("ascii") + vertices.tobytes() + triangles.tobytes()


def _present(cloud: PointCloud) -> list[np.ndarray]:
    return [values for values in (cloud.points, cloud.normals, cloud.colours) if values is not None]


def _obj(cloud: PointCloud) -> bytes:
    """Formats an OBJ file; colours follow the coordinates, as most readers know it."""
    rows = cloud.points if cloud.colours is None else np.hstack([cloud.points, cloud.colours / 255])
    pattern = "v %.9g %.9g %.9g" + (" %.4f %.4f %.4f" if cloud.colours is not None else "")
    lines = [pattern % tuple(row) for row in rows.tolist()]
    if cloud.normals is not None:
        lines += [f"vn {x:.5f} {y:.5f} {z:.5f}" for x, y, z in cloud.normals.tolist()]
    corner = "%d//%d" if cloud.normals is not None else "%d"
    triangles = np.zeros((0, 3), np.int64) if cloud.triangles is None else cloud.triangles + 1
    repeats = 2 if cloud.normals is not None else 1
    lines += [f"f {corner} {corner} {corner}" % tuple(row) for row in triangles.repeat(repeats, axis=1).tolist()]
    return ("\n".join(lines) + "\n").encode("ascii")


def _stl(cloud: PointCloud) -> bytes:
    return stl_bytes(Mesh(cloud.points, cloud.triangles))


def _xyz(cloud: PointCloud) -> bytes:
    """Formats lines of x y z, then the normal where there is one."""
    rows = cloud.points if cloud.normals is None else np.hstack([cloud.points, cloud.normals])
    return ("\n".join(" ".join(f"{value:.9g}" for value in row) for row in rows.tolist()) + "\n").encode("ascii")
