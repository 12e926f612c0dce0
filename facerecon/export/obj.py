"""Writes a head as Wavefront OBJ with its materials (MTL) and pictures (PNG): millimetres, vertices in their order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from facerecon.core.material import PLASTIC, Material
from facerecon.core.types import Mesh, Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.content import GREY, surface_of
from facerecon.export.images import png_bytes
from facerecon.geometry.normals import vertex_normals

MOST_SHINE = 1000
"the largest Phong exponent that readers of MTL files know"


def write_obj(source: Reconstruction | Mesh, path: Path | str) -> None:
    """Writes an OBJ file and, beside it, its MTL and PNG files; all of them or none.

    Args:
        source: a whole head, or a bare mesh (then without pictures).
        path: the `.obj` file. It and its folder may have any name; the files it refers to get plain ASCII ones, because
            readers disagree about everything else.
    """
    path = Path(path)
    files = obj_files(source, path.name)
    # The OBJ last: when it appears, everything that it refers to is there.
    write_files({path.with_name(name): content for name, content in reversed(files.items())})


def obj_files(source: Reconstruction | Mesh, name: str = "head.obj") -> dict[str, bytes]:
    """Builds the OBJ file and those it refers to.

    Args:
        source: a whole head, or a bare mesh.
        name: the OBJ's own name.

    Returns:
        File name → content; the OBJ first.
    """
    mesh = source if isinstance(source, Mesh) else source.mesh
    images: Mapping[str, np.ndarray] = {}
    skin = Material() if isinstance(source, Mesh) else source.material
    if isinstance(source, Reconstruction):
        images = {mesh.part_names[0]: source.texture.image, **source.part_images}
    images = {part: image for part, image in images.items() if part in mesh.part_names}
    stem = ascii_stem(name)
    pictures = {part: f"{stem}.png" if part == mesh.part_names[0] else f"{stem}_{part}.png" for part in images}
    files = {name: _obj(mesh, f"{stem}.mtl"), f"{stem}.mtl": _mtl(mesh, pictures, skin)}
    return files | {pictures[part]: png_bytes(image) for part, image in images.items()}


def ascii_stem(name: str) -> str:
    """Makes from a file's name a stem of plain ASCII without spaces; two names that differ give two stems."""
    stem = Path(name).stem
    if re.fullmatch(r"[A-Za-z0-9_-]+", stem):
        return stem
    plain = re.sub(r"[^A-Za-z0-9_-]+", "", stem) or "head"
    return f"{plain[:40]}-{hashlib.sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _obj(mesh: Mesh, library: str) -> bytes:
    """Formats the geometry. OBJ counts from 1, and its v axis points up."""
    lines = ["# millimetres; +x the subject's left, +y up, +z out of the face", f"mtllib {library}", "o head"]
    lines += _rows("v %.5f %.5f %.5f", mesh.vertices)
    has_uv = mesh.uv is not None and mesh.uv_triangles is not None
    if has_uv:
        lines += _rows("vt %.6f %.6f", np.column_stack([mesh.uv[:, 0], 1 - mesh.uv[:, 1]]))
    lines += _rows("vn %.4f %.4f %.4f", vertex_normals(mesh.vertices, mesh.triangles))
    corner = "%d/%d/%d" if has_uv else "%d//%d"
    columns = [mesh.triangles, mesh.uv_triangles, mesh.triangles] if has_uv else [mesh.triangles, mesh.triangles]
    corners = np.stack(columns, axis=2).reshape(len(mesh.triangles), -1) + 1
    parts = np.zeros(len(mesh.triangles), np.int64) if mesh.parts is None else mesh.parts
    for index, name in enumerate(mesh.part_names):
        if (parts == index).any():
            lines += [f"g {name}", f"usemtl {name}", *_rows(f"f {corner} {corner} {corner}", corners[parts == index])]
    return ("\n".join(lines) + "\n").encode("ascii")


def _mtl(mesh: Mesh, pictures: Mapping[str, str], skin: Material) -> bytes:
    """Formats the materials; every part has one, also where it has no picture.

    Phong's exponent of a roughness is 2 / roughness⁴ − 2 (Walter et al. 2007 with Karis 2013); `Pr` and `Pc` say
    roughness and coat themselves, for those who read them.
    """
    lines = []
    for name in mesh.part_names:
        told = surface_of(name, skin)
        colour = "%.4g %.4g %.4g" % (told.colour if name in pictures else GREY)
        shine = min(MOST_SHINE, 2 / max(told.roughness, 0.01) ** 4 - 2)
        mirror = " ".join([f"{PLASTIC * told.specular:.4g}"] * 3)
        lines += [f"newmtl {name}", f"Kd {colour}", "Ka 0 0 0", f"Ks {mirror}", f"Ns {shine:.4g}", "d 1", "illum 2"]
        lines += [f"Pr {told.roughness:.4g}", f"Pc {told.clearcoat:.4g}"]
        lines += [f"map_Kd {pictures[name]}"] if name in pictures else []
        lines.append("")
    return "\n".join(lines).encode("ascii")


def _rows(pattern: str, values: np.ndarray) -> list[str]:
    """Formats each row of `(N, k)` values by a pattern of k places."""
    return [pattern % tuple(row) for row in values.tolist()]
