"""Reads whole files with a limit; each problem is one clear sentence of the kind of error that the caller uses."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from facerecon.core.errors import FaceReconError


def file_name(source: str | Path | bytes | BinaryIO, default: str) -> str:
    """Gives what to call a source: the file's name, where it has one."""
    return Path(source if isinstance(source, str | Path) else getattr(source, "name", "") or default).name


def read_bytes(
    source: str | Path | bytes | BinaryIO, name: str, limit: int, error: type[FaceReconError], kind: str
) -> bytes:
    """Reads the whole file, unless it is missing, no file, empty or too large.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        name: what to call it.
        limit: bytes that are accepted.
        error: what to raise.
        kind: `photo` or `scan`: how the keys of the advices begin.

    Raises:
        FaceReconError: of the type `error`.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        if path.exists() and not path.is_file():
            raise error(f"{name} is not a file.", f"{kind}_not_a_file", name=name)
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        except FileNotFoundError as reason:
            raise error(f"There is no file {path}.", f"{kind}_missing", name=name) from reason
        except (OSError, ValueError) as reason:
            why = getattr(reason, "strerror", None) or reason
            raise error(f"{path} cannot be read ({why}).", name=name) from reason
    else:
        data = bytes(source) if isinstance(source, bytes | bytearray | memoryview) else source.read(limit + 1)
    if not data:
        raise error(f"{name} is empty.", f"{kind}_empty", name=name)
    if len(data) > limit:
        megabytes = limit // 1_000_000
        raise error(f"{name} is larger than {megabytes} MB.", f"{kind}_file_too_large", name=name, limit=megabytes)
    return data
