"""MediaPipe's canonical face, read from inside `face_landmarker.task`: 468 vertices, uv and 898 triangles.

The bundle is a zip; its `geometry_pipeline_metadata_landmarks.binarypb` is a protocol buffer of the type
`GeometryPipelineMetadata` (mediapipe/tasks/cc/vision/face_geometry/proto): field 1 the mesh (field 3 its vertex buffer
of x, y, z, u, v; field 4 its index buffer), field 2 the landmarks that MediaPipe aligns by, each with a weight.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from facerecon.assets.resolver import locate
from facerecon.core.arrays import read_only
from facerecon.core.errors import AssetError

ASSET = "face_landmarker"
MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
RIGHT_OUTER_EYE, LEFT_OUTER_EYE = 33, 263
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types of a protocol buffer."""


@dataclass(frozen=True, eq=False)
class CanonicalFace:
    vertices: np.ndarray
    "`(468, 3)` mm, head frame: the first 468 of MediaPipe's 478 landmarks"
    uv: np.ndarray
    "`(468, 2)` in [0, 1], origin top left, v down"
    triangles: np.ndarray
    "`(898, 3)` counter-clockwise from outside"
    weights: np.ndarray
    "`(468,)` what each landmark counts in MediaPipe's own alignment; most are 0"


@lru_cache(maxsize=1)
def canonical_face() -> CanonicalFace:
    """Reads the canonical face; the asset is fetched where it is missing.

    Raises:
        AssetError: the asset cannot be had, or holds no such mesh.
    """
    return read_canonical_face(locate(ASSET))


def read_canonical_face(path: Path) -> CanonicalFace:
    """Reads the canonical face from a `.task` bundle (y up, z to the viewer, cm there)."""
    try:
        with zipfile.ZipFile(path) as bundle:
            message = bundle.read(MEMBER)
        vertices, triangles, weights = _parse(message)
    except (KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise AssetError(f"{path.name} holds no canonical face ({error}).", "asset_damaged", file=path.name) from error
    points = vertices[:, :3] * 10.0
    points -= (points[RIGHT_OUTER_EYE] + points[LEFT_OUTER_EYE]) / 2
    return CanonicalFace(read_only(points), read_only(vertices[:, 3:]), read_only(triangles), read_only(weights))


def _parse(message: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Takes vertices `(468, 5)`, triangles `(898, 3)` and landmark weights `(468,)` out of the message."""
    vertices, indices, pairs = [], [], []
    for field, value in _fields(message):
        if field == 1:
            for inner, content in _fields(value):
                if inner == 3:  # packed, or one float a field
                    vertices.append(np.frombuffer(content, "<f4"))
                elif inner == 4:
                    indices.extend(_varints(content) if isinstance(content, bytes) else [content])
        elif field == 2:
            entry = dict(_fields(value))
            pairs.append((entry.get(1, 0), np.frombuffer(entry[2], "<f4")[0]))
    table = np.concatenate(vertices).astype(np.float64).reshape(-1, 5)
    triangles = np.array(indices, dtype=np.int64).reshape(-1, 3)
    if triangles.max() >= len(table):
        raise ValueError("a triangle names a vertex that is not there")
    weights = np.zeros(len(table))
    for landmark, weight in pairs:
        weights[landmark] = weight
    return table, triangles, weights


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Splits a protocol buffer into (field number, value); numbers of fixed width stay bytes."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire = key & 7
        if wire == VARINT:
            value, position = _varint(message, position)
            yield key >> 3, value
            continue
        if wire == BYTES:
            size, position = _varint(message, position)
        elif wire in (FIXED32, FIXED64):
            size = 4 if wire == FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire}")
        if position + size > len(message):
            raise ValueError("the message is cut off")
        yield key >> 3, message[position : position + size]
        position += size


def _varints(packed: bytes) -> Iterator[int]:
    """Reads packed variable-length integers."""
    position = 0
    while position < len(packed):
        value, position = _varint(packed, position)
        yield value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Reads one variable-length integer: (value, where the next thing begins)."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
