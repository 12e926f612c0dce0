"""Writes plain geometry: binary PLY (with colours) and binary STL, millimetres, vertices in their own order."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Mesh, Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.colours import vertex_colours
from facerecon.export.solid import printable
from facerecon.geometry.normals import triangle_normals


def write_ply(source: Mesh | Reconstruction, path: Path | str, colours: np.ndarray | None = None) -> None:
    """Writes a PLY file, whole or not at all; see `ply_bytes`."""
    write_files({Path(path): ply_bytes(source, colours)})


def write_stl(source: Mesh | Reconstruction, path: Path | str, height_mm: float | None = None) -> None:
    """Writes a binary STL file, whole or not at all; see `stl_bytes`."""
    write_files({Path(path): stl_bytes(source, height_mm)})


def ply_bytes(source: Mesh | Reconstruction, colours: np.ndarray | None = None) -> bytes:
    """Builds a binary little-endian PLY file: every vertex of the mesh, in its order, float32.

    Args:
        source: a mesh, or a whole head, which then brings the colours of its textures.
        colours: `(V, 3)` RGB uint8, or None.

    Returns:
        The file.
    """
    mesh = source
    if isinstance(source, Reconstruction):
        mesh = source.mesh
        colours = vertex_colours(source) if colours is None else colours
    columns = [("position", "<f4", 3)]
    header = ["ply", "format binary_little_endian 1.0", "comment millimetres", f"element vertex {len(mesh.vertices)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    if colours is not None:
        check_shape(colours, (len(mesh.vertices), 3), "colours")
        columns.append(("colour", "u1", 3))
        header += [f"property uchar {name}" for name in ("red", "green", "blue")]
    header += [f"element face {len(mesh.triangles)}", "property list uchar int vertex_indices", "end_header", ""]
    vertices = np.zeros(len(mesh.vertices), columns)
    vertices["position"] = mesh.vertices
    if colours is not None:
        vertices["colour"] = colours
    triangles = np.zeros(len(mesh.triangles), [("count", "u1"), ("vertices", "<i4", 3)])
    triangles["count"] = 3
    triangles["vertices"] = mesh.triangles
    return "\n".join(header).encode("ascii") + vertices.tobytes() + triangles.tobytes()


def stl_bytes(source: Mesh | Reconstruction, height_mm: float | None = None) -> bytes:
    """Builds a binary STL file: 50 bytes a triangle, millimetres, without any sharing of vertices.

    Args:
        source: a whole head, which becomes one closed body to print, see `solid.printable`; or a mesh, which is written
            as it is.
        height_mm: of the printed head; None: life-size. A mesh keeps its size.

    Returns:
        The file.

    Raises:
        SettingsError: the height is none.
    """
    mesh = printable(source.mesh, height_mm) if isinstance(source, Reconstruction) else source
    record = [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
    triangles = np.zeros(len(mesh.triangles), record)
    triangles["normal"] = triangle_normals(mesh.vertices, mesh.triangles)
    triangles["corners"] = mesh.vertices[mesh.triangles]
    # Readers take a file that begins with "solid" for the text variant.
    header = b"binary STL, millimetres".ljust(80, b" ")
    return header + np.array(len(triangles), "<u4").tobytes() + triangles.tobytes()
