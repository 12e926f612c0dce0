"""OBJ, PLY and STL, read by trimesh; vertices stay in the file's order, textures become colours of vertices."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

import numpy as np
import trimesh
from PIL import Image
from trimesh.resolvers import Resolver
from trimesh.visual import ColorVisuals, TextureVisuals

from facerecon.core.types import PointCloud
from facerecon.geometry.sampling import sample_uv


@dataclass(frozen=True, eq=False)
class TexturedSurface:
    """A surface with its picture, in the file's own frame and unit."""

    points: np.ndarray
    "`(V, 3)`"
    triangles: np.ndarray
    "`(T, 3)`"
    uv: np.ndarray
    "`(V, 2)` in [0, 1], origin top left"
    image: np.ndarray
    "`(H, W, 3)` RGB uint8"


class Companions(Resolver):
    """The files beside a scan, by name; folders that a file names are not looked into.

    Args:
        files: name → content; reading a missing one raises KeyError.
    """

    def __init__(self, files: Mapping[str, bytes]):
        self.files = files

    def get(self, name: str) -> bytes:
        return self.files[PurePosixPath(PureWindowsPath(name.strip().strip('"')).as_posix()).name]

    def keys(self) -> list[str]:
        return list(self.files)

    def namespaced(self, namespace: str) -> Companions:
        return self

    def write(self, name: str, data: bytes) -> None:
        raise PermissionError(name)


def read_mesh(data: bytes, kind: str, beside: Mapping[str, bytes]) -> PointCloud:
    """Reads a surface, or points without triangles.

    Args:
        data: the file.
        kind: `obj`, `ply` or `stl`.
        beside: name → content of the files beside it: an OBJ's materials and pictures, a PLY's picture.
    """
    # Without materials there is nothing to tell apart, and one piece keeps the order of its vertices.
    options = {"maintain_order": True, "group_material": bool(beside)} if kind == "obj" else {}
    if kind == "ply":
        _check_whole(data)
        options["fix_texture"] = False
    scene = _scene(data, kind, beside, **options)
    pieces = [_piece(geometry) for geometry in scene.geometry.values() if hasattr(geometry, "vertices")]
    cloud = _joined([piece for piece in pieces if len(piece)])
    return _welded(cloud) if kind == "stl" else cloud


def read_textured(data: bytes, kind: str, beside: Mapping[str, bytes]) -> tuple[TexturedSurface, ...]:
    """Reads the surfaces of an OBJ or PLY that have a picture; vertices are split where the picture is cut.

    Args:
        data: the file, which `read_mesh` has read before.
        kind: `obj`, `ply` or another, which has none.
        beside: as for `read_mesh`.
    """
    if kind not in ("obj", "ply") or not beside:
        return ()
    found = []
    for geometry in _scene(data, kind, beside).geometry.values():
        image, uv = _picture(geometry), getattr(geometry.visual, "uv", None)
        if image is not None and uv is not None and len(geometry.faces):
            vertices = np.asarray(geometry.vertices, dtype=np.float64)
            found.append(TexturedSurface(vertices, geometry.faces, _top_left(uv), image))
    return tuple(found)


def _scene(data: bytes, kind: str, beside: Mapping[str, bytes], **options: bool) -> trimesh.Scene:
    """Lets trimesh read a file."""
    return trimesh.load_scene(
        io.BytesIO(data),
        file_type=kind,
        process=False,
        resolver=Companions(beside),
        skip_materials=not beside,
        **options,
    )


def _check_whole(data: bytes) -> None:
    """Counts the lines of an ASCII PLY: trimesh is content with too few.

    Raises:
        ValueError: there are fewer than the header promises.
    """
    header, _, body = data.partition(b"end_header")
    if b"format ascii" in header:
        promised = sum(int(count) for count in re.findall(rb"element\s+\w+\s+(\d{1,18})", header))
        lines = len(body.split(b"\n")) - 1 - body.endswith(b"\n")
        if lines < promised:
            raise ValueError(f"{lines} of {promised} lines")


def _piece(geometry: trimesh.Trimesh | trimesh.PointCloud) -> PointCloud:
    """Takes over one piece of a file."""
    points = np.asarray(geometry.vertices, dtype=np.float64)
    triangles = getattr(geometry, "faces", None)
    return PointCloud(points, _normals(geometry), _colours(geometry), triangles)


def _normals(geometry: trimesh.Trimesh | trimesh.PointCloud) -> np.ndarray | None:
    """Finds the normals of bare points; those of a surface follow from its triangles."""
    raw = geometry.metadata.get("_ply_raw", {}).get("vertex", {}).get("data")
    names = raw.dtype.names if isinstance(raw, np.ndarray) else raw
    if hasattr(geometry, "faces") or raw is None or not {"nx", "ny", "nz"} <= set(names or ()):
        return None
    return np.column_stack([raw[name] for name in ("nx", "ny", "nz")])


def _colours(geometry: trimesh.Trimesh | trimesh.PointCloud) -> np.ndarray | None:
    """Finds `(V, 3)` colours: of the vertices, or of the texture there."""
    if isinstance(geometry, trimesh.PointCloud):
        colours = geometry.colors
        return None if colours is None or len(colours) != len(geometry.vertices) else colours[:, :3]
    visual = geometry.visual
    if isinstance(visual, ColorVisuals):
        return visual.vertex_colors[:, :3] if visual.kind else None
    image = _picture(geometry)
    return None if image is None or visual.uv is None else sample_uv(image, _top_left(visual.uv))


def _picture(geometry: trimesh.Trimesh | trimesh.PointCloud) -> np.ndarray | None:
    """Finds the picture on a surface, `(H, W, 3)` uint8; or None."""
    visual = geometry.visual if isinstance(geometry, trimesh.Trimesh) else None
    if not isinstance(visual, TextureVisuals):
        return None
    image = getattr(visual.material, "image", None) or getattr(visual.material, "baseColorTexture", None)
    return np.asarray(image.convert("RGB")) if isinstance(image, Image.Image) else None


def _top_left(uv: np.ndarray) -> np.ndarray:
    """Turns `(V, 2)` uv that count upwards, and may repeat the picture, into ours."""
    uv = np.nan_to_num(np.asarray(uv, dtype=np.float64)[:, :2])
    return np.where((uv < 0) | (uv > 1), uv % 1, uv) * [1, -1] + [0, 1]


def _joined(pieces: list[PointCloud]) -> PointCloud:
    """Makes one cloud of pieces; a property is kept where all have it, triangles where any has."""
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        return PointCloud(np.zeros((0, 3)))
    starts = np.cumsum([0, *(len(piece) for piece in pieces)])
    triangles = [p.triangles + s for p, s in zip(pieces, starts, strict=False) if p.triangles is not None]
    all_of = {
        name: np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("points", "normals", "colours")
        if all(getattr(piece, name) is not None for piece in pieces)
    }
    return PointCloud(**all_of, triangles=np.concatenate(triangles) if triangles else None)


def _welded(cloud: PointCloud) -> PointCloud:
    """Joins the corners of an STL, which lists every triangle by itself, where they coincide exactly."""
    points, inverse = np.unique(cloud.points, axis=0, return_inverse=True)
    return PointCloud(points, triangles=inverse.reshape(-1)[cloud.triangles])
