"""Finds evaluation data, which is not ours to ship: in folders that are named, or in `FACERECON_EVAL`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from facerecon.core.errors import AssetError

VARIABLE = "FACERECON_EVAL"
_ALSO = "FACERECON_ASSETS"


def find_data(name: str, folders: Sequence[Path], what: str) -> Path:
    """Finds a file or folder of evaluation data.

    Args:
        name: its name in one of the folders.
        folders: to be searched before those in the environment.
        what: what it is and where to get it, for the error.

    Raises:
        AssetError: it is in none of them.
    """
    named = [Path(f) for key in (VARIABLE, _ALSO) for f in os.environ.get(key, "").split(os.pathsep) if f]
    for folder in (*folders, *named):
        path = folder.expanduser() / name
        if path.exists():
            return path
    raise AssetError(f"{name} is missing ({what}); name its folder by --data DIR or in {VARIABLE}.", file=name)
