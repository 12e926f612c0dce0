"""Writes files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def write_files(files: Mapping[Path, bytes]) -> None:
    """Writes every file beside its place under a passing name, then moves all of them there.

    A reader never sees half a file; when a write fails, nothing new is left behind. Files are moved in the order given,
    so put the one that refers to the others last.

    Args:
        files: where → what.

    Raises:
        OSError: a folder does not exist, is not writable, or the disk is full.
    """
    # A short name of its own: the final name may already be as long as the file system allows.
    passing = {Path(path): Path(path).with_name(f".{uuid4().hex}.tmp") for path in files}
    try:
        for path, content in files.items():
            with open(passing[Path(path)], "xb") as file:
                file.write(content)
        replace_all({temporary: path for path, temporary in passing.items()})
    finally:
        for temporary in passing.values():
            with suppress(FileNotFoundError):
                temporary.unlink()


def replace_all(moves: Mapping[Path, Path]) -> None:
    """Moves files to their places, all of them or none: what was there comes back when a move fails or is interrupted.

    Args:
        moves: from where → to where, on one file system.

    Raises:
        OSError: a file cannot be moved.
    """
    kept: dict[Path, Path] = {}
    moved: list[Path] = []
    try:
        for source, place in moves.items():
            if place.exists():
                kept[place] = place.with_name(f".{uuid4().hex}.old")
                os.replace(place, kept[place])
            os.replace(source, place)
            moved.append(place)
    except BaseException:
        for place in moved:
            place.unlink()
        for place, old in kept.items():
            os.replace(old, place)
        raise
    for old in kept.values():
        with suppress(OSError):
            old.unlink()
