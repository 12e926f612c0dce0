"""What every command needs before anything heavy is loaded: system libraries and assets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from facerecon.assets import find, locate, manifest
from facerecon.commands.progress import bar
from facerecon.core.system import require_system_libraries


def prepare() -> None:
    """Checks the system's libraries and fetches what every run needs.

    Raises:
        SystemLibraryError: a library is missing.
        AssetError: an asset is missing and cannot be had.
    """
    require_system_libraries()
    fetch([asset.name for asset in manifest().values() if asset.default])


def fetch(names: Sequence[str]) -> list[Path]:
    """Locates assets, with a bar for what has to be fetched."""
    paths = []
    for name in names:
        with bar(total=find(name).size, unit="B", unit_scale=True, desc=name) as advance:
            paths.append(locate(name, lambda done, total: advance(done)))  # noqa: B023  (called within this turn)
    return paths
