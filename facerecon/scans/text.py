"""Points as text: XYZ, PTS, CSV and their like, a point a line."""

from __future__ import annotations

import io
import re

import numpy as np

from facerecon.core.types import PointCloud

_NAMES = {
    "points": (("x", "y", "z"), ("px", "py", "pz"), ("x_mm", "y_mm", "z_mm")),
    "normals": (("nx", "ny", "nz"), ("normal_x", "normal_y", "normal_z")),
    "colours": (("r", "g", "b"), ("red", "green", "blue")),
}
"""What header lines call the columns."""
_HEADER_LETTERS = 10_000


def read_text(data: bytes) -> PointCloud:
    """Reads points, with normals and colours where columns can only be these.

    A first line may count the points (PTS) or name the columns (CSV). Lines that begin with `#` or `//` are comments;
    commas, semicolons, tabs and spaces separate. Without names, three further columns are colours when they are whole
    numbers up to 255 or lie between 0 and 1, and normals when they have length 1.

    Raises:
        ValueError: a line has too few numbers, more or fewer than the first, or something else.
    """
    text = data.decode("utf-8-sig")
    text = re.sub(r"[,;\t]", " ", text)
    first, names = _header(text)
    table = np.loadtxt(io.StringIO(text[first:]), comments=("#", "//"), ndmin=2)
    if not table.size or table.shape[1] < 3:
        raise ValueError("a point needs three numbers")
    columns = _named(names) if names else _guessed(table)
    found = {what: table[:, which] for what, which in columns.items()}
    if "colours" in found:
        found["colours"] = as_colours(found["colours"])
    return PointCloud(**found)


def _header(text: str) -> tuple[int, list[str]]:
    """Finds where the numbers begin, and the names of the columns where a line tells them."""
    start = 0
    names: list[str] = []
    for line in text[:_HEADER_LETTERS].splitlines(keepends=True):
        words = line.strip().strip("#/").replace('"', " ").lower().split()
        named = {"x", "y", "z"} <= {word.split("_")[0].removeprefix("p") for word in words}
        counts = len(words) == 1 and words[0].isdigit()
        if named:
            names = words
        elif words and not counts and not line.lstrip().startswith(("#", "//")):
            break
        start += len(line)
    return start, names


def _named(names: list[str]) -> dict[str, list[int]]:
    """Finds columns by their names."""
    found = {}
    for what, spellings in _NAMES.items():
        for spelling in spellings:
            if set(spelling) <= set(names):
                found.setdefault(what, [names.index(name) for name in spelling])
    if "points" not in found:
        raise ValueError("no columns are called x, y and z")
    return found


def _guessed(table: np.ndarray) -> dict[str, list[int]]:
    """Finds columns by what they hold: after x, y, z (and perhaps an intensity) threes of colours or normals."""
    found = {"points": [0, 1, 2]}
    rest = table.shape[1] - 3
    sample = table[np.isfinite(table).all(axis=1)][:1000]
    for start in range(3 + rest % 3, table.shape[1] - 2, 3):
        three = [start, start + 1, start + 2]
        values = sample[:, three]
        if not len(values):
            continue
        unit = np.abs(np.linalg.norm(values, axis=1) - 1) < 0.02
        whole = (values == values.round()).all() and values.max() > 1
        if unit.mean() > 0.9:
            found.setdefault("normals", three)
        elif values.min() >= 0 and (values.max() <= 1 or (whole and values.max() <= 255)):
            found.setdefault("colours", three)
    return found


def as_colours(values: np.ndarray) -> np.ndarray:
    """Turns `(N, 3)` colours in [0, 1] or [0, 255] into uint8."""
    values = np.nan_to_num(np.asarray(values, dtype=np.float64))
    return np.clip(values * (255 if len(values) and values.max() <= 1 else 1), 0, 255).round().astype(np.uint8)
