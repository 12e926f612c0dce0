"""Reads the 68 landmarks of a head or a scan from a JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facerecon.core.errors import ScanError, SettingsError
from facerecon.core.files import read_bytes

KEYS = ("landmarks68_mm", "neutral_landmarks68_mm")
"""Of a landmark file, and of our own `report.json`."""
MAX_BYTES = 64_000_000


@dataclass(frozen=True)
class HeadOrigin:
    """What a `report.json` of ours says about its head."""

    head_model: str | None = None
    scale_source: str | None = None
    scale_error: float | None = None
    "one standard deviation, as a fraction"
    photos: int = 0


def read_landmarks68(path: Path | str) -> np.ndarray:
    """Reads `{"landmarks68_mm": [[x, y, z] × 68]}`, iBUG's order, or a `report.json` of ours: `(68, 3)` mm.

    Raises:
        ScanError: the file cannot be read.
        SettingsError: it holds no such landmarks.
    """
    name, data = Path(path).name, _read(path)
    key = next((key for key in KEYS if isinstance(data, dict) and key in data), None)
    if key is None:
        raise SettingsError(f"{name} has no “{KEYS[0]}”: a list of 68 points [x, y, z].")
    try:
        points = np.array(data[key], dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"“{key}” in {name} is not a list of 68 points [x, y, z].") from error
    if points.shape != (68, 3) or not np.isfinite(points).all():
        raise SettingsError(f"“{key}” in {name} must be 68 points [x, y, z] in mm, all of them numbers.")
    return points


def read_origin(path: Path | str) -> HeadOrigin:
    """Reads what a `report.json` tells beside landmarks; a plain landmark file tells nothing.

    Raises:
        ScanError: the file cannot be read.
        SettingsError: it is not JSON.
    """
    data = _read(path)
    scale = data.get("scale") if isinstance(data, dict) else None
    if not isinstance(scale, dict):
        return HeadOrigin()
    photos, error, source = data.get("photos"), scale.get("relative_error"), scale.get("source")
    return HeadOrigin(
        str(data.get("head_model")),
        source if isinstance(source, str) else None,
        float(error) if isinstance(error, int | float) else None,
        len(photos) if isinstance(photos, list) else 0,
    )


def _read(path: Path | str) -> Any:
    name = Path(path).name
    try:
        return json.loads(read_bytes(path, name, MAX_BYTES, ScanError, "scan"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name} is not a JSON file ({error}).") from error
