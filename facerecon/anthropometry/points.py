"""The named points of the face (Farkas 1994), and where they lie on a head model.

Most are points that MediaPipe finds, and stand in `data/points.json` as rows of its 478: `n` is taken as the deepest
point between the eyes, `zy` as the point on the cheekbone's arch before the ear, `go` as the corner of the jaw's
outline. Where MediaPipe has no such point it is a vertex of the head model: `sn`, which its 2 misses by 7 mm, and those
of the ears, which no landmarker sees; they are given for the left side, and the model's own mirror finds the other.
There is no trichion (`tr`) among them: no head model of ours has a hairline; see `thirds`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from facerecon.core.arrays import check_shape


@cache
def _data() -> Mapping[str, Mapping]:
    return json.loads((files("facerecon.anthropometry") / "data/points.json").read_text("utf-8"))


def sources() -> Mapping[str, tuple[int, ...]]:
    """Gives, by name of a point, the rows of mediapipe478 whose mean it is."""
    return {name: tuple(rows) for name, rows in _data()["mediapipe478"].items()}


def model_vertices(head: str, mirror: np.ndarray) -> dict[str, int]:
    """Gives the points that are vertices of a head model; none for one that is not known.

    Args:
        head: name of the model.
        mirror: `(V,)` the vertex on the other side.
    """
    given = _data()["vertices"].get(head, {})
    right = {f"{name[:-2]}_r": int(mirror[vertex]) for name, vertex in given.items() if name.endswith("_l")}
    return {**given, **right}


def named_points(vertices: np.ndarray, landmarks: np.ndarray, head: str, mirror: np.ndarray) -> dict[str, np.ndarray]:
    """Finds the named points of a head: name → `(3,)`.

    Args:
        vertices: `(V, 3)` of the head.
        landmarks: `(478, 3)` MediaPipe's points on the same head.
        head: name of the model, for the points that no landmarker sees.
        mirror: `(V,)` the vertex on the other side.
    """
    check_shape(vertices, ("V", 3), "vertices")
    check_shape(landmarks, (478, 3), "landmarks")
    seen = {name: landmarks[list(rows)].mean(axis=0) for name, rows in sources().items()}
    return seen | {name: vertices[row] for name, row in model_vertices(head, mirror).items()}
