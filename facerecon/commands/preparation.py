"""What commands need before anything heavy is loaded: system libraries, assets, a device that exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from facerecon.assets import find, found, locate
from facerecon.commands.progress import bar
from facerecon.core.errors import AssetError, SettingsError
from facerecon.core.system import require_system_libraries


def prepare(*, head: str | None = None, **parts: str | None) -> None:
    """Checks the system's libraries and fetches the weights of the parts that will be used.

    Args:
        head: name of the head model, whose data must be there too; None: the default, which is shipped.
        **parts: kind of part (`detector`, `landmarker`) → its name; None: the default.

    Raises:
        SystemLibraryError: a library is missing.
        SettingsError: there is no part of that name.
        AssetError: an asset is missing and cannot be had.
    """
    require_system_libraries()
    # These load OpenCV: only once the system's libraries are known to be there.
    from facerecon.detection import DETECTORS
    from facerecon.landmarks import LANDMARKERS
    from facerecon.morphable import HEADS

    if head:
        HEADS.load(head).require_data()
    tables = {"detector": DETECTORS, "landmarker": LANDMARKERS}
    fetch(list(dict.fromkeys(asset for kind, name in parts.items() for asset in tables[kind].load(name).assets)))


def detectors_at_hand() -> dict[str, str | None]:
    """Lists all detectors: name → None, or what to do to get its weight.

    Small weights are fetched; for a large one, which is no default, that is left to who wants it.
    """
    require_system_libraries()
    from facerecon.detection import DETECTORS

    answer: dict[str, str | None] = {}
    for name in DETECTORS:
        files = [find(asset) for asset in DETECTORS.load(name).assets]
        large = [file for file in files if not file.default and not found(file)]
        answer[name] = None
        try:
            fetch([file.name for file in files if file.default])
            if large:
                names, size = " ".join(file.name for file in large), sum(file.size for file in large)
                answer[name] = f"{size / 1e6:.0f} MB; run: python -m facerecon assets get {names}"
        except AssetError as error:
            answer[name] = str(error)
    return answer


def check_device_name(device: str) -> None:
    """Refuses the name of a device that cannot exist, before torch is loaded.

    Raises:
        SettingsError: it is none.
    """
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", device):
        raise SettingsError(f"There is no device “{device}”; known are: cpu, cuda, cuda:N, mps.")


def fetch(names: Sequence[str]) -> list[Path]:
    """Locates assets, with a bar for what has to be fetched."""
    paths = []
    for name in names:
        with bar(total=find(name).size, unit="B", unit_scale=True, desc=name) as advance:
            paths.append(locate(name, lambda done, total: advance(done)))  # noqa: B023  (called within this turn)
    return paths
