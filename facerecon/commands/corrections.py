"""Reads landmarks that a person has corrected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facerecon.core.errors import SettingsError
from facerecon.core.types import Photo


def corrected_landmarks(path: Path, photos: Sequence[Photo]) -> tuple[list | None, ...]:
    """Reads corrected landmarks: `{photo's file name or number from 0: [[x, y], …]}`, or the list alone for one photo.

    A `report.json` of an earlier run will do as well.
    """
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{path} cannot be read as JSON ({error}).", "wrong_landmarks") from error
    if isinstance(data, list):
        data = {"0": data}
    elif isinstance(data, dict) and isinstance(data.get("photos"), list):
        rows = [entry for entry in data["photos"] if isinstance(entry, dict)]
        data = {str(entry.get("digest") or entry.get("name")): entry.get("landmarks") for entry in rows}
    if not isinstance(data, dict):
        raise SettingsError(f"{path} holds no landmarks by photo.", "wrong_landmarks")
    chosen: list[list | None] = [None] * len(photos)
    for key, points in data.items():
        rows = [index for index, photo in enumerate(photos) if key in (photo.name, photo.digest)]
        rows = rows or ([int(key)] if key.isdecimal() and int(key) < len(photos) else [])
        if len(rows) != 1:
            raise SettingsError(f"{path} names “{key}”, which is not one of the photos.", "wrong_landmarks")
        chosen[rows[0]] = _points(points, f"{path}, “{key}”")
    return tuple(chosen)


def _points(points: Any, place: str) -> list[list[float]]:
    """Checks that what was read is a list of points; how many there must be is the landmarker's to say."""
    try:
        return [[float(x), float(y)] for x, y in points]
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingsError(f"{place}: landmarks are a list of [x, y] in pixels.", "wrong_landmarks") from error
