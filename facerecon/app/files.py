"""The files that a visitor can take along."""

from __future__ import annotations

import io
import zipfile

from facerecon.app import cache
from facerecon.app.cache import Run
from facerecon.core.types import Reconstruction
from facerecon.export import glb_bytes, obj_files, ply_bytes, stl_bytes

KINDS: dict[str, tuple[str, str]] = {
    "glb": ("head.glb", "model/gltf-binary"),
    "obj": ("head.zip", "application/zip"),
    "ply": ("neutral.ply", "application/octet-stream"),
    "stl": ("head.stl", "model/stl"),
}
"""Kind → file name and media type."""


def content(run: Run, kind: str) -> bytes:
    """Gives a file of a run."""
    return cache.picture((run.key, "file", kind), lambda: build(run.reconstruction, kind))


def build(result: Reconstruction, kind: str) -> bytes:
    """Builds a file of a reconstruction, one of `KINDS`."""
    if kind == "glb":
        return glb_bytes(result)
    if kind == "obj":
        return _zipped(obj_files(result))
    if kind == "ply":
        return ply_bytes(result.neutral)
    return stl_bytes(result.mesh)


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, data in files.items():
            # A fixed date, so that the same head gives the same file.
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()
