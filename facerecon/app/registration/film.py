"""A run as the 3D view plays it: clouds, and for each step a motion, colours and lines; written once as JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.app.registration.take import Take
from facerecon.core.types import PointCloud


@dataclass(frozen=True, eq=False)
class Film:
    """What the browser fetches."""

    digest: str
    "of all that is in it"
    content: bytes
    "JSON"
    steps: int
    "of the longest run"


def film(source: PointCloud, target: PointCloud, takes: Sequence[Take], names: Sequence[str]) -> Film:
    """Writes runs on one pair of clouds, side by side.

    Args:
        source: with normals.
        target: with normals.
        takes: one a panel.
        names: what the panels are called.
    """
    told = {
        "source": _cloud(source),
        "target": _cloud(target),
        "takes": [_take(one, name) for one, name in zip(takes, names, strict=True)],
    }
    content = json.dumps(told, ensure_ascii=False).encode()
    return Film(hashlib.sha256(content).hexdigest(), content, max(len(one) for one in takes))


def _take(made: Take, name: str) -> Mapping[str, object]:
    return {
        "name": name,
        "steps": len(made),
        "motions": _packed(made.motions.transpose(0, 2, 1)),  # column by column, as WebGL counts
        "levels": _packed(made.levels, np.uint8),
        "rows": made.line_rows.tolist(),
        "ends": _packed(made.line_ends),
        "turned": [round(float(value), 3) for value in made.turned],
        "shifted": [round(float(value), 3) for value in made.shifted],
    }


def _cloud(cloud: PointCloud) -> Mapping[str, str]:
    return {"points": _packed(cloud.points), "normals": _packed(cloud.normals)}


def _packed(values: np.ndarray, kind: type = np.float32) -> str:
    """Writes an array's bytes, little-endian, as text."""
    plain = np.ascontiguousarray(values, np.dtype(kind).newbyteorder("<"))
    return base64.b64encode(plain.tobytes()).decode("ascii")
