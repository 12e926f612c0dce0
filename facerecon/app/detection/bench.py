"""The detectors as the pages use them: which are here, what each sees in a photo, and which one the head stands on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.app import cache, state, weights
from facerecon.app.texts import t
from facerecon.assets import Asset, find
from facerecon.core.types import Faces, Photo
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.detection.selection import rows_of, select
from facerecon.drawing.detections import Finds, detector_tone
from facerecon.geometry.boxes import iou

SAME = 0.3
"""IoU from which on two detectors' boxes are taken for the same face."""


@dataclass(frozen=True, eq=False)
class Look:
    """What a detector's network answered on one picture; thresholds come later, and are free."""

    proposals: Faces
    "px of the picture"
    milliseconds: float
    "what the answer took"


def label(name: str) -> str:
    """Gives a detector's name for people."""
    return t(f"detector.{name}")


def kind(name: str) -> type[Detector]:
    """Gives a detector's class, which tells its family, weights and thresholds without loading anything."""
    return DETECTORS.load(name)


def files(name: str) -> list[Asset]:
    """Gives the files of a detector's weights."""
    return [find(asset) for asset in kind(name).assets]


def missing(name: str) -> list[Asset]:
    """Lists which files of a detector's weights are not on this computer."""
    return weights.missing(kind(name).assets)


def is_here(name: str) -> bool:
    """Tells whether a detector's weights are on this computer."""
    return not missing(name)


def known_look(photo: Photo, name: str) -> Look | None:
    """Gives what a detector has already answered on a picture."""
    return cache.known_look(_key(photo, name))


def look(photo: Photo, name: str) -> Look:
    """Runs a detector's network on a picture, once."""

    def run() -> Look:
        detector = cache.detector(name)
        begin = time.perf_counter()
        proposals = detector.propose(photo)
        return Look(proposals, (time.perf_counter() - begin) * 1000)

    return cache.look(_key(photo, name), run)


def _key(photo: Photo, name: str) -> tuple[str, ...]:
    return (photo.digest, name)


def finds(name: str, seen: Look, threshold: float, overlap: float) -> Finds:
    """Chooses among a detector's proposals, with its name and colour."""
    chosen = select(seen.proposals, threshold, overlap)
    place = {int(row): index for index, row in enumerate(chosen.kept)}
    suppressor = np.array([place[int(row)] for row in chosen.suppressor], dtype=int)
    return Finds(label(name), detector_tone(name), chosen.faces, rows_of(seen.proposals, chosen.suppressed), suppressor)


def head_detector() -> str:
    """Names the detector whose box the head is built from."""
    return state.session().detector or DETECTORS.default


def head_faces(photo: Photo) -> Faces:
    """Gives the faces among which one is made a head, the largest first: what its detector's `detect` gives."""
    name = head_detector()
    if known_look(photo, name) is None and not is_here(name):
        return Faces.none()
    return finds(name, look(photo, name), kind(name).threshold, kind(name).overlap).faces


def head_box(photo: Photo, faces: Faces, small: Photo) -> np.ndarray | None:
    """Gives the box `(4,)` of the face that is made a head; None where there is none.

    Args:
        photo: whose `faces` they are, px.
        faces: what `head_faces` gives.
        small: the copy of the photo in whose px the box is wanted (half-pixel rule).
    """
    if not len(faces):
        return None
    picked = min(state.session().faces.get(photo.digest, 0), len(faces) - 1)
    scale = np.tile(small.image.shape[1::-1], 2) / np.tile(photo.image.shape[1::-1], 2)
    return (faces.boxes[picked] + 0.5) * scale - 0.5


def same_face(faces: Faces, box: np.ndarray | None) -> int | None:
    """Finds which face is the one in a box, px of the same picture; None: it is not among them."""
    if box is None or not len(faces):
        return None
    overlaps = iou(box[None], faces.boxes)[0]
    return int(overlaps.argmax()) if overlaps.max() >= SAME else None


def code(names: Sequence[str]) -> Sequence[Callable[..., object]]:
    """Lists what a detector runs from picture to candidates; of several, nothing: each has its own."""
    return kind(names[0]).code() if len(names) == 1 else ()
