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
        for path, temporary in passing.items():
            os.replace(temporary, path)
    finally:
        for temporary in passing.values():
            with suppress(FileNotFoundError):
                temporary.unlink()
