"""Learns how landmarkers err: `python -m scripts.head.landmark_errors FILE ...`, files of `photos.py`.

The shipped figures are of `photos ict` 2050 100, 3000 200, 4000 200, 5000 200 and 6000 250, and of `photos anny` 0 250
and 1000 250. An error is detected minus true position, in mm on a head of the model's own size, along the head's own
right and up as the photo shows them. Ridge regression on photos and their mirror images gives its mean by pose (a
polynomial in the sines of yaw and pitch) and by identity (times 1 and the sine of yaw); principal directions hold what
is left. Writes `landmark_errors.npz`.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Landmarks
from facerecon.geometry.transforms import rigid, rotation_from_vector
from facerecon.landmarks.schemes import convert, scheme
from facerecon.morphable.anny import IDENTITIES, AnnyHead
from facerecon.morphable.face_model import DATA, FaceModel
from facerecon.morphable.landmark_errors import FILE, head_axes, terms
from facerecon.morphable.observation import ViewState, observe

DIRECTIONS = 100
"how many principal directions of the remaining error are kept"
NO_FACE = 15.0
"mm: where half of the points are farther off, it is no face that was found"
ODD = np.array([1, -1, 1, 1, 1, -1, 1])
"of the polynomial's terms under yaw → −yaw"
FLIP = np.diag(np.r_[np.ones(60), -np.ones(20)])
"of our head's identities: the last 20 are antisymmetric"
BY_IDENTITY = 2
"how many of the terms the error by identity goes along with"
RIDGE = 50.0
"how much identities' errors are drawn to 0, in photos"
LEAST_STD, TO_ONE = 0.12, 0.02
"of an expression, many of which are rare in the renders; and what their factors are drawn to 1 by"


@dataclass(frozen=True, eq=False)
class Truth:
    """Who is in a photo, as our head has it."""

    identity: np.ndarray
    expression: np.ndarray
    "`(52,)` ARKit's order"
    camera_from_head: np.ndarray


@cache
def anny() -> AnnyHead:
    return AnnyHead()


@cache
def people() -> dict[str, np.ndarray]:
    """Reads how our head lies in ICT's people; see `identity_prior.prior`."""
    with np.load(DATA / IDENTITIES["people"]) as data:
        return {key: data[key].astype(np.float64) for key in data.files if key not in ("mean", "identity_basis")}


def truth_of(row: dict) -> Truth:
    """Says in our head's terms who was rendered, from what `photos.py` wrote."""
    if row["kind"] == "anny":
        return Truth(row["identity"], row["expression"], row["camera_from_head"])
    person, known = row["identity"], people()
    ours = known["ours_from_ict"]
    scale = float(np.cbrt(np.linalg.det(ours[:3, :3])))
    # ours z = R x + o for a point x of our head that is z in ICT's coordinates; and all is made larger by `scale`.
    back = ours[:3, :3].T / scale
    origin = back @ (known["origin"] + known["shifts"] @ person - ours[:3, 3])
    rotation, shift = row["camera_from_head"][:3, :3], row["camera_from_head"][:3, 3]
    turned = rotation @ back @ rotation_from_vector(known["turns"] @ person)
    pose = rigid(turned, rotation @ origin + scale * shift)
    return Truth(known["people"] @ person, row["expression"], pose)


def head_error(row: dict, true: Truth, found: Landmarks, head: FaceModel) -> np.ndarray:
    """Measures how far landmarks are off, `(L, 2)` mm along the head's right and up."""
    nobody = np.ones(len(true.expression))
    view = ViewState(row["camera"], true.camera_from_head, true.expression, nobody, row["camera"].focal, 1.0, nobody)
    # Whoever found them is not told, so that no mean error is taken off.
    seen = observe(head, found, true.identity, view, 1.0, 3.0)
    grown = 1.0
    if head.size_mode is not None:
        size = head.identity_basis[head.size_mode] * head.mean
        grown += true.identity[head.size_mode] * size.sum() / (head.mean**2).sum()
    axes, millimetres = head_axes(row["camera"], true.camera_from_head)
    return -(seen.residuals @ axes.T) * millimetres / grown


def collect(rows: Sequence[dict]) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    """Gives landmarker, scheme, and what was measured in one photo."""
    for row in rows:
        true = truth_of(row)
        marks = Landmarks(row["points"].astype(np.float64), None, "mediapipe478", row["scores"])
        found = [("mediapipe", marks), ("mediapipe", convert(marks, "ibug68"))]
        if row["points68"] is not None:
            found.append(("face-api-68", Landmarks(row["points68"].astype(np.float64), None, "ibug68")))
        for landmarker, points in found:
            error = head_error(row, true, points, anny())
            if np.median(np.linalg.norm(error, axis=1)) < NO_FACE:
                measured = {"terms": terms(true.camera_from_head), "error": error, "identity": true.identity}
                yield landmarker, points.scheme, measured | {"expression": true.expression, "scores": row["scores"]}


def mirrored(photos: dict[str, np.ndarray], name: str, flip: np.ndarray) -> dict[str, np.ndarray]:
    """Adds the mirror images of photos; `flip (I, I)` turns identities into those of mirror images."""
    other = [name.replace("Left", "?").replace("Right", "Left").replace("?", "Right") for name in ARKIT_NAMES]
    swap = [ARKIT_NAMES.index(name) for name in other]
    images = {
        "terms": photos["terms"] * ODD,
        "error": photos["error"][:, scheme(name).mirror] * [-1, 1],
        "identity": photos["identity"] @ flip,
        "expression": photos["expression"][:, swap],
        "scores": photos["scores"][:, swap],
    }
    return {key: np.concatenate([photos[key], images[key]]) for key in photos}


def statistics(photos: dict[str, np.ndarray], size_mode: int | None) -> dict[str, np.ndarray]:
    """Regresses errors on pose and identity, and takes the principal directions of what is left."""
    poses, identity, errors = photos["terms"], photos["identity"].copy(), photos["error"]
    if size_mode is not None:
        identity[:, size_mode] = 0  # errors were measured on heads of one size
    leaning = [poses[:, [term]] * identity for term in range(BY_IDENTITY)]
    known, flat = np.hstack([poses, *leaning]), errors.reshape(len(errors), -1)
    ridge = np.r_[np.full(len(ODD), 1e-6), np.full(known.shape[1] - len(ODD), RIDGE)]
    law = np.linalg.solve(known.T @ known + np.diag(ridge), known.T @ flat)
    left = flat - known @ law
    left *= np.sqrt(len(left) / (len(left) - known.shape[1] / 2))  # mirror images are no news
    _, sizes, directions = np.linalg.svd(left / np.sqrt(len(left)), full_matrices=False)
    kept = sizes[:DIRECTIONS, None] * directions[:DIRECTIONS]
    rest = np.sqrt(np.maximum((left**2).mean(axis=0) - (kept**2).sum(axis=0), 1e-3))
    points = errors.shape[1]
    print(f"  rms {np.sqrt((errors**2).mean()):.2f} mm; {np.sqrt((left**2).mean()):.2f} mm around the mean error;")
    print(f"  {len(kept)} directions hold {(kept**2).sum() / (sizes**2).sum():.3f}")
    return {
        "polynomial": law[: len(ODD)].reshape(len(ODD), points, 2).astype(np.float32),
        "by_identity": law[len(ODD) :].reshape(BY_IDENTITY, -1, points, 2).astype(np.float16),
        "directions": kept.reshape(len(kept), points, 2).astype(np.float16),
        "rest": rest.reshape(points, 2).astype(np.float32),
        "renders": np.array(len(errors) // 2),
    }


def scored(photos: dict[str, np.ndarray]) -> np.ndarray:
    """Regresses each expression on its score: offset, factor and spread, `(3, 52)`.

    The factor is drawn to 1, so that units that are rare in the renders are believed as the detector has them.
    """
    scores, true = photos["scores"], photos["expression"]
    away = scores - scores.mean(axis=0)
    factor = ((away * true).mean(axis=0) + TO_ONE) / ((away**2).mean(axis=0) + TO_ONE)
    offset = true.mean(axis=0) - factor * scores.mean(axis=0)
    off = np.sqrt(((true - offset - factor * scores) ** 2).mean(axis=0))
    return np.stack([offset, factor, np.maximum(off, LEAST_STD)]).astype(np.float32)


def main(files: Sequence[Path]) -> None:
    rows = [row for file in files for row in pickle.loads(file.read_bytes())]
    samples: dict[tuple[str, str], list] = {}
    for landmarker, name, measured in collect(rows):
        samples.setdefault((landmarker, name), []).append(measured)
    arrays = {}
    for (landmarker, name), photos in samples.items():
        print(f"{landmarker}, {name}: {len(photos)} of {len(rows)} photos")
        together = mirrored({key: np.array([photo[key] for photo in photos]) for key in photos[0]}, name, FLIP)
        found = statistics(together, anny().size_mode)
        found["scores"] = scored(together) if landmarker == "mediapipe" else np.zeros((3, 0), np.float32)
        arrays |= {f"{landmarker}/{name}/{key}": value for key, value in found.items()}
    np.savez_compressed(DATA / FILE, **arrays)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
