"""Reads ICT-FaceKit (Li et al. 2020, MIT licence): packed in one file, or as the OBJ files of its public repository.

The repository, github.com/ICT-VGL/ICT-FaceKit, holds an OBJ file a shape in its folder `FaceXModel`: the neutral mean,
100 identities a standard deviation away from it, and 53 expressions.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facerecon.assets import cache_folder, find, found
from facerecon.assets.resolver import FOLDERS_VARIABLE
from facerecon.core.errors import AssetError

ASSET = "ict_facekit"
REPOSITORY = "https://github.com/ICT-VGL/ICT-FaceKit"
NEUTRAL, IDENTITIES = "generic_neutral_mesh.obj", 100
EXPRESSIONS = (
    *("browDown_L", "browDown_R", "browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R"),
    *("cheekPuff_L", "cheekPuff_R", "cheekSquint_L", "cheekSquint_R", "eyeBlink_L", "eyeBlink_R", "eyeLookDown_L"),
    *("eyeLookDown_R", "eyeLookIn_L", "eyeLookIn_R", "eyeLookOut_L", "eyeLookOut_R", "eyeLookUp_L", "eyeLookUp_R"),
    *("eyeSquint_L", "eyeSquint_R", "eyeWide_L", "eyeWide_R", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimple_L", "mouthDimple_R", "mouthFrown_L", "mouthFrown_R", "mouthFunnel", "mouthLeft"),
    *("mouthLowerDown_L", "mouthLowerDown_R", "mouthPress_L", "mouthPress_R", "mouthPucker", "mouthRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmile_L", "mouthSmile_R"),
    *("mouthStretch_L", "mouthStretch_R", "mouthUpperUp_L", "mouthUpperUp_R", "noseSneer_L", "noseSneer_R"),
)


@dataclass(frozen=True, eq=False)
class IctShapes:
    """The model as its makers give it: centimetres, quads."""

    mean: np.ndarray
    "`(26719, 3)` cm"
    identity: np.ndarray
    "`(100, 26719, 3)` cm a standard deviation"
    expressions: np.ndarray
    "`(53, 26719, 3)` cm at full strength, in the order of EXPRESSIONS"
    quads: np.ndarray
    "`(26384, 4)` rows of mean"
    quads_uv: np.ndarray
    "`(26384, 4)` rows of uv"
    uv: np.ndarray
    "`(28911, 2)`: a tile of one a part, v up"


def read_shapes() -> IctShapes:
    """Reads the packed file, else the folder of OBJ files, from where assets are kept.

    Raises:
        AssetError: neither is there.
    """
    place = locate_shapes()
    return read_folder(place) if place.is_dir() else _unpacked(place)


def locate_shapes() -> Path:
    """Finds the packed file, else the folder of OBJ files.

    Raises:
        AssetError: neither is there.
    """
    place = found(find(ASSET)) or next((folder for folder in _folders() if (folder / NEUTRAL).is_file()), None)
    if place:
        return place
    raise AssetError(
        f"The head “ict” needs ICT-FaceKit: get {REPOSITORY} (MIT licence) and name its folder FaceXModel in "
        f"{FOLDERS_VARIABLE}, or a folder that holds {find(ASSET).file}.",
        "ict_missing",
        file=find(ASSET).file,
        folder=FOLDERS_VARIABLE,
    )


def _folders() -> list[Path]:
    """Lists where the folder FaceXModel may be: itself, the repository, or what holds the repository."""
    named = [Path(name).expanduser() for name in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if name]
    return [place / more for place in named for more in ("", "FaceXModel", "ICT-FaceKit/FaceXModel")]


def read_folder(folder: Path) -> IctShapes:
    """Reads the OBJ files of FaceXModel; what was read is kept packed in the cache, for it takes a minute.

    Raises:
        AssetError: a file is missing, or has another number of vertices.
    """
    names = [f"identity{row:03d}.obj" for row in range(IDENTITIES)] + [f"{name}.obj" for name in EXPRESSIONS]
    paths = [folder / name for name in (NEUTRAL, *names)]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise AssetError(f"{folder} is not whole: {missing[0]}{more} missing; get it anew from {REPOSITORY}.")
    packed = _packed_path(paths)
    if packed.is_file():
        return _unpacked(packed)
    mean, uv, quads, quads_uv = _read_neutral(paths[0])
    shapes = np.empty((len(names), len(mean), 3), np.float32)
    for row, path in enumerate(paths[1:]):
        vertices = _vertices(path)
        if vertices.shape != mean.shape:
            raise AssetError(f"{path} has {len(vertices)} vertices, not {len(mean)}; get it anew from {REPOSITORY}.")
        shapes[row] = vertices - mean
    read = IctShapes(mean, shapes[:IDENTITIES], shapes[IDENTITIES:], quads, quads_uv, uv)
    _keep(packed, read)
    return read


def _packed_path(paths: list[Path]) -> Path:
    """Names a packed copy after sizes and times of the files that it is made from."""
    told = "".join(f"{path.name}{path.stat().st_size}{path.stat().st_mtime_ns}" for path in paths)
    return cache_folder() / f"ict_{hashlib.sha256(told.encode()).hexdigest()[:16]}.npz"


def _keep(path: Path, shapes: IctShapes) -> None:
    """Writes a packed copy; a cache that cannot be written only costs time."""
    arrays = {"mean": shapes.mean, "uv": shapes.uv, "faces": shapes.quads, "faces_uv": shapes.quads_uv}
    arrays |= {"identity": shapes.identity.astype(np.float16), "expressions": shapes.expressions}
    passing = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(passing, expr_names=np.array(EXPRESSIONS), **arrays)
        passing.replace(path)
    except OSError:
        passing.unlink(missing_ok=True)


def _unpacked(path: Path) -> IctShapes:
    with path.open("rb") as file, np.load(file) as data:
        order = [data["expr_names"].tolist().index(name) for name in EXPRESSIONS]
        return IctShapes(
            data["mean"].astype(np.float64),
            data["identity"].astype(np.float32),
            data["expressions"][order].astype(np.float32),
            data["faces"].astype(np.int64),
            data["faces_uv"].astype(np.int64),
            data["uv"].astype(np.float64),
        )


def _vertices(path: Path) -> np.ndarray:
    """Reads the `(V, 3)` vertices of an OBJ file."""
    rows = [line[2:].split()[:3] for line in path.read_text("ascii", "replace").splitlines() if line[:2] == "v "]
    return np.array(rows, np.float64).reshape(-1, 3)


def _read_neutral(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Reads vertices, uv, quads, and the quads' uv."""
    lines = path.read_text("ascii", "replace").splitlines()
    uv = np.array([line[3:].split()[:2] for line in lines if line[:3] == "vt "], np.float64)
    corners = [[corner.split("/")[:2] for corner in line[2:].split()] for line in lines if line[:2] == "f "]
    quads = np.array([face for face in corners if len(face) == 4], np.int64) - 1
    return _vertices(path), uv, quads[..., 0], quads[..., 1]
