"""Learns how landmarkers err on the ICT head: `python -m scripts.head.ict_errors FILE ...`, `photos ict` files.

As `landmark_errors.py` does for our own head; here the true identity is known in the head's own modes. The shipped
figures are of `photos ict` 0 400 and 6000 200. Replaces the errors in `ict_points.npz`; where landmarks lie
stays as `ict.py` found it.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from facerecon.core.types import Landmarks
from facerecon.geometry.transforms import rigid
from facerecon.landmarks.schemes import convert
from facerecon.morphable.face_model import DATA
from facerecon.morphable.ict import FILE, MILLIMETRES, IctHead
from facerecon.morphable.ict_files import read_shapes
from facerecon.morphable.landmark_errors import terms
from facerecon.suites.data import find_data
from scripts.head.landmark_errors import NO_FACE, Truth, head_error, mirrored, scored, statistics

EYE_CORNERS = [36, 45]
"of the makers' 68 landmarks, between whose places in the mean the photos' poses begin"


def truths(rows: Sequence[dict], head: IctHead, corners: np.ndarray) -> Iterator[Truth]:
    """Says in the head's own frame who was rendered; `corners (2,)` are the makers' vertices at the eyes' corners."""
    shapes = read_shapes()
    origin = shapes.mean[corners].mean(axis=0)
    for row in rows:
        person = row["identity"]
        # How far the head's own origin lies from the photos', told by its first vertex.
        there = MILLIMETRES * (shapes.mean[0] - origin + person @ shapes.identity[:, 0].astype(np.float64))
        shift = there - (head.mean[0] + person @ head.identity_basis[:, 0])
        yield Truth(person, row["expression"], row["camera_from_head"] @ rigid(np.eye(3), shift))


def flipped(head: IctHead) -> np.ndarray:
    """Finds the identities of mirror images, `(I, I)`: identity @ it, by least squares over the face."""
    face = np.flatnonzero(head.face_region > 0)
    modes = head.identity_basis[:, face].astype(np.float64).reshape(len(head.identity_basis), -1)
    images = (head.identity_basis[:, head.mirror[face]] * np.float32([-1, 1, 1])).reshape(len(modes), -1)
    return np.linalg.solve(modes @ modes.T, modes @ images.T).T


def measured(rows: Sequence[dict], head: IctHead, corners: np.ndarray) -> dict[tuple[str, str], list[dict]]:
    """Measures every photo's errors, by landmarker and scheme."""
    found: dict[tuple[str, str], list[dict]] = {}
    for row, true in zip(rows, truths(rows, head, corners), strict=True):
        marks = Landmarks(row["points"].astype(np.float64), None, "mediapipe478", row["scores"])
        seen = {("mediapipe", "mediapipe478"): marks, ("mediapipe", "ibug68"): convert(marks, "ibug68")}
        for key, points in seen.items():
            error = head_error(row, true, points, head)
            if np.median(np.linalg.norm(error, axis=1)) < NO_FACE:
                one = {"terms": terms(true.camera_from_head), "error": error, "identity": true.identity}
                found.setdefault(key, []).append(one | {"expression": true.expression, "scores": row["scores"]})
    return found


def main(files: Sequence[Path]) -> None:
    rows = [row for file in files for row in pickle.loads(file.read_bytes()) if row["kind"] == "ict"]
    head = IctHead()
    with np.load(find_data("ict_facekit_light.npz", (), "for its makers' 68 landmarks")) as data:
        corners = data["landmarks68"].astype(np.int64)[EYE_CORNERS]
    with np.load(DATA / FILE) as old:
        arrays = {key: old[key] for key in old.files}
    flip = flipped(head)
    for (landmarker, name), photos in measured(rows, head, corners).items():
        print(f"{landmarker}, {name}: {len(photos)} of {len(rows)} photos")
        together = mirrored({key: np.array([one[key] for one in photos]) for key in photos[0]}, name, flip)
        found = statistics(together, head.size_mode) | {"scores": scored(together)}
        arrays |= {f"{landmarker}/{name}/{key}": value for key, value in found.items()}
    np.savez_compressed(DATA / FILE, **arrays)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
