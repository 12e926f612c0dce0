"""The files that a visitor can take along."""

from __future__ import annotations

import io
import zipfile

from facerecon.app import cache
from facerecon.app.cache import Run
from facerecon.core.types import Reconstruction
from facerecon.export import FileOptions, format_files, ply_bytes

KINDS: dict[str, tuple[str, str]] = {
    "glb": ("head.glb", "model/gltf-binary"),
    "usdz": ("head.usdz", "model/vnd.usdz+zip"),
    "obj": ("head.zip", "application/zip"),
    "ply": ("head.ply", "application/octet-stream"),
    "stl": ("head.stl", "model/stl"),
    "neutral": ("neutral.ply", "application/octet-stream"),
}
"""Kind → file name and media type."""

PLAIN = FileOptions()
"""Nothing wished for: as the contract has it."""


def content(run: Run, kind: str, options: FileOptions = PLAIN) -> bytes:
    """Gives a file of a run.

    Raises:
        SettingsError: it cannot be built here.
    """
    return cache.file(_key(run, kind, options), lambda: build(run.reconstruction, kind, options))


def known(run: Run, kind: str, options: FileOptions = PLAIN) -> bytes | None:
    """Gives a file of a run that has been built already."""
    return cache.known_file(_key(run, kind, options))


def build(result: Reconstruction, kind: str, options: FileOptions = PLAIN) -> bytes:
    """Builds a file of a reconstruction, one of `KINDS`.

    Raises:
        SettingsError: it cannot be built here.
    """
    if kind == "neutral":
        return ply_bytes(result.neutral)
    files = format_files(result, kind, options)
    return _zipped(files) if kind == "obj" else files[KINDS[kind][0]]


def _key(run: Run, kind: str, options: FileOptions) -> tuple[str, str, FileOptions]:
    return run.key, kind, options


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, data in files.items():
            # A fixed date, so that the same head gives the same file.
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()
