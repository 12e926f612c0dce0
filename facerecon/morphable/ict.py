"""The ICT head: ICT-FaceKit's 100 identities from real scans and its expressions, as an optional head model.

Its data are its makers' and are not shipped (`ict_files`). What is ours, and shipped, is where landmarks lie on it and
how they err, measured on renders of it (`scripts/head/ict.py`).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import read_only
from facerecon.morphable.face_model import DATA, LinearFaceModel, SurfacePoints
from facerecon.morphable.ict_files import EXPRESSIONS, IctShapes, locate_shapes, read_shapes
from facerecon.morphable.landmark_errors import LandmarkErrors, read_errors

FILE = "ict_points.npz"
MILLIMETRES = 10.0
"""in a centimetre"""
VERTICES = {
    "skin": (0, 14062),
    "eye_left": (21451, 22221),
    "eye_right": (23021, 23791),
    "teeth": (17039, 21451),
    "tongue": (14062, 17039),
}
"""Part → its vertices in the files. Left out is what is transparent or doubled: corneas, tears, lashes."""
FACE_SHARE = 0.74
"""of the skin's texture, from left to right, for the face; the rest of the head has what is left"""
IRIS = 5.9
"""mm, radius"""
MARGIN = 0.004
"""of a texture, around each tile"""


class IctHead(LinearFaceModel):
    """ICT-FaceKit's light head.

    Raises:
        AssetError: its data are not on this machine.
    """

    name = "ict"
    part_names = tuple(VERTICES)
    expression_names = ARKIT_NAMES

    @classmethod
    def require_data(cls) -> None:
        locate_shapes()

    def __init__(self):
        shapes = read_shapes()
        rows = np.concatenate([np.arange(*ends) for ends in VERTICES.values()])
        self.skin_vertices = VERTICES["skin"][1]
        self.triangles, self.parts, uv_corners, uv = _cut(shapes, rows)
        mean = MILLIMETRES * shapes.mean[rows]
        self.uv, self.uv_triangles, self.iris_uv_radius = _laid_out(mean, self.triangles, self.parts, uv_corners, uv)
        mean, identity, expression = (
            self._pinned(field)
            for field in (
                mean,
                MILLIMETRES * shapes.identity[:, rows],
                _as_arkit(MILLIMETRES * shapes.expressions[:, rows]),
            )
        )
        self.mean = read_only(mean, np.float64)
        self.identity_basis = read_only(identity, np.float32)
        self.expression_basis = read_only(expression, np.float32)
        self.mirror = read_only(_mirrored(mean, self.parts, self.triangles), np.int64)
        self.face_region = read_only(self._data["face_region"], np.float64)

    @cached_property
    def _data(self) -> dict[str, np.ndarray]:
        with (DATA / FILE).open("rb") as file, np.load(file) as data:
            return {key: data[key] for key in data.files}

    @cached_property
    def mediapipe478(self) -> SurfacePoints:
        return SurfacePoints(read_only(self._data["triangle"], np.int64), read_only(self._data["weights"], np.float64))

    @cached_property
    def spread478(self) -> np.ndarray:
        return read_only(self._data["spread"], np.float64)

    def landmark_errors(self, landmarker: str | None, scheme: str) -> LandmarkErrors | None:
        return read_errors(FILE, landmarker, scheme)

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        return self._data["outline_landmarks"].astype(np.int64), self._data["outline_vertices"].astype(np.int64)

    def _pinned(self, field: np.ndarray) -> np.ndarray:
        """Moves a head, or displacements `(…, V, 3)`, so that the middle of the outer eye corners is the origin."""
        corners = self.mediapipe478[np.array([33, 263])]
        places = np.einsum("...lkc,lk->...c", field[..., self.triangles[corners.triangle], :], corners.weights) / 2
        return field - places[..., None, :]


def _cut(shapes: IctShapes, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Takes the triangles of the vertices that are kept, part by part.

    Returns:
        triangles: `(T, 3)` rows of the kept vertices.
        parts: `(T,)`.
        uv_corners: `(T, 3)` rows of the files' uv.
        uv: `(U, 2)` of the files, v down.
    """
    number = np.full(len(shapes.mean), -1)
    number[rows] = np.arange(len(rows))
    part = np.full(len(shapes.mean), -1)
    for index, ends in enumerate(VERTICES.values()):
        part[slice(*ends)] = index
    quads = shapes.quads[(number[shapes.quads] >= 0).all(axis=1)]
    quads_uv = shapes.quads_uv[(number[shapes.quads] >= 0).all(axis=1)]
    order = np.argsort(part[quads[:, 0]], kind="stable")
    halves = np.array([[0, 1, 2], [0, 2, 3]])
    triangles, corners = (each[order][:, halves].reshape(-1, 3) for each in (quads, quads_uv))
    return number[triangles], part[triangles[:, 0]], corners, shapes.uv * (1, -1) + (0, 1)


def _laid_out(
    mean: np.ndarray, triangles: np.ndarray, parts: np.ndarray, corners: np.ndarray, uv: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Brings each part's uv into a square of its own: `(U, 2)`, `(T, 3)`, and the radius of the irises there."""
    places, rows, radius = [], np.zeros_like(corners), 0.0
    for index, name in enumerate(VERTICES):
        here = parts == index
        if name.startswith("eye"):
            vertices, found = np.unique(triangles[here], return_inverse=True)
            flat, radius = _eye(mean[vertices])
        else:
            # A seam's point may lie on two tiles: who it is, is told by its tile too.
            tile = np.floor(uv[corners[here]].mean(axis=1)[:, :1]).astype(np.int64).repeat(3, axis=1)
            keys, found = np.unique(corners[here] * 16 + tile, return_inverse=True)
            flat = _tiled(uv[keys // 16], keys % 16, name == "skin")
        rows[here] = found.reshape(-1, 3) + sum(map(len, places))
        places.append(flat)
    return np.concatenate(places), rows, radius


def _tiled(uv: np.ndarray, tile: np.ndarray, is_skin: bool) -> np.ndarray:
    """Lays tiles of the files into one square: the skin's two side by side, the face's the larger."""
    inside = (uv - np.column_stack([tile, np.zeros_like(tile)])).clip(0, 1) * (1 - 2 * MARGIN) + MARGIN
    if is_skin:
        face = tile == 0
        inside[face, 0] *= FACE_SHARE
        inside[~face, 0] = FACE_SHARE + inside[~face, 0] * (1 - FACE_SHARE)
    return inside


def _eye(ball: np.ndarray) -> tuple[np.ndarray, float]:
    """Lays an eyeball `(N, 3)` flat around its iris: how far from it, as an angle, and in which direction."""
    centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
    away = ball - centre
    radius = float(np.median(np.linalg.norm(away, axis=1)))
    angle = np.arctan2(np.linalg.norm(away[:, :2], axis=1), away[:, 2])
    direction = away[:, :2] / np.maximum(np.linalg.norm(away[:, :2], axis=1, keepdims=True), 1e-9)
    flat = 0.5 + direction * (1, -1) * angle[:, None] / np.pi * (0.5 - MARGIN)
    return flat, float(np.arcsin(IRIS / radius) / np.pi * (0.5 - MARGIN))


def _as_arkit(expressions: np.ndarray) -> np.ndarray:
    """Orders expressions `(53, V, 3)` as ARKit's 52: some of theirs are one there, and none puts the tongue out."""
    result = np.zeros((len(ARKIT_NAMES), *expressions.shape[1:]), np.float32)
    for name, field in zip(EXPRESSIONS, expressions, strict=True):
        whole = name.removesuffix("_L").removesuffix("_R")
        side = whole + {"_L": "Left", "_R": "Right"}.get(name[-2:], "")
        result[ARKIT_NAMES.index(side if side in ARKIT_NAMES else whole)] += field
    return result


def _mirrored(mean: np.ndarray, parts: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds each vertex's partner on the other side, within the same kind of part."""
    flipped = mean * (-1, 1, 1)
    part = np.zeros(len(mean), int)
    part[triangles] = parts[:, None]
    partner = np.arange(len(mean))
    names = list(VERTICES)
    other = {names.index("eye_left"): names.index("eye_right"), names.index("eye_right"): names.index("eye_left")}
    for index in range(len(names)):
        mine, theirs = np.flatnonzero(part == index), np.flatnonzero(part == other.get(index, index))
        partner[mine] = theirs[cKDTree(mean[theirs]).query(flipped[mine])[1]]
    # Where two have the same nearest one, those that are left over are paired by the least sum of distances.
    left = np.flatnonzero(partner[partner] != np.arange(len(mean)))
    partner[left] = left[linear_sum_assignment(cdist(flipped[left], mean[left]))[1]]
    return partner
