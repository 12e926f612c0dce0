"""Carries an expression over from other pictures: the weights that a photo shows, and how they move in a film.

The detector's scores follow a smile or a jaw well, but of many faces they say that the brows are up at rest, and then
hardly move any more. So a film is read against itself: what a score never falls below is the face at rest, and how far
the brows go is told by their landmarks (`morphable.motion`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.clips import Frame
from facerecon.core.errors import NoFaceError
from facerecon.core.track import Track
from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.motion import moved
from facerecon.morphable.pose import first_camera
from facerecon.parts import Parts

SMOOTH = 0.06
"""s: standard deviation of the bell that weights are averaged by; landmarks tremble from picture to picture."""
ROOM = 0.15
"""Added around the last picture's face, as a share of its size: where the face is looked for in the next one."""
LEAST = 0.3
"""Share of a film's pictures that must show a face."""
REST = 0.15
"""Share of a film in which an expression is at rest, if it ever moves."""
RESTFUL = 3
"""Pictures that stand for the face at rest."""
AT_REST: dict[str, float] = {"brow": 1.0, "mouthPucker": 1.0, "eyeSquint": 0.7, "eyeLook": 0.25}
"""By the beginning of an expression's name: what the detector says at most of faces at rest; of others `SURE`. What is
more is an expression that the film never lets go of. Measured on rendered heads, squinting on a real man at rest; the
next two on films of rendered heads (`benchmarks/expressions.py`)."""
SURE = 0.1
SPREAD: dict[str, float] = {"brow": 0.3}
"""How far landmarks may lead away from scores, one standard deviation; of others `CLOSE`."""
CLOSE = 0.05
GAIN: dict[str, float] = {"brow": 1.5, "eyeBlink": 1.5, "eyeWide": 1.5, "jawOpen": 1.2, "mouthSmile": 1.2}
"""What undoes the timidity that is left."""


@dataclass(frozen=True, eq=False)
class Seen:
    seconds: float
    weights: np.ndarray | None
    "`(52,)` in [0, 1], the detector's scores; None: no face was found"
    landmarks: Landmarks | None = None
    camera: Camera | None = None
    "first guess"


def expression_of(photo: Photo, parts: Parts) -> np.ndarray:
    """Finds the `(52,)` weights of the largest face's expression in a photo.

    Raises:
        NoFaceError: there is no face.
    """
    found = _locate(photo, parts, None)
    if found is None:
        raise NoFaceError(f"In “{photo.name}” no face was found.", name=photo.name)
    return np.clip(found.blendshapes, 0, 1)


def follow(frames: Iterable[Frame], parts: Parts) -> Iterator[Seen]:
    """Finds the expression in picture after picture; the face is looked for where it was last, else everywhere."""
    last: Landmarks | None = None
    for frame in frames:
        last = _locate(frame.photo, parts, last)
        scores = None if last is None else np.clip(last.blendshapes, 0, 1)
        yield Seen(frame.seconds, scores, last, first_camera(frame.photo))


def track_of(seen: Iterable[Seen], head: FaceModel | None = None) -> Track:
    """Makes a track of what was seen: gaps are bridged, and weights averaged over `SMOOTH` without lagging behind.

    Args:
        seen: picture after picture, all of one person.
        head: reads the film against itself and the brows off the landmarks; None: the scores are taken as they are.

    Raises:
        NoFaceError: too few pictures show a face.
    """
    seen = list(seen)
    found = [one for one in seen if one.weights is not None]
    if len(found) < max(2, LEAST * len(seen)):
        raise NoFaceError("Too few pictures of the film show a face.")
    weights = np.stack([one.weights for one in found]) if head is None else _against_rest(found, head)
    raw = Track(np.array([one.seconds for one in found]), weights)
    # On an even grid of time the bell is as wide everywhere.
    step = float(np.median(np.diff(raw.times)))
    times = raw.times[0] + step * np.arange(round(raw.seconds / step) + 1)
    weights = gaussian_filter1d(raw.at(times), SMOOTH / step, axis=0, mode="nearest")
    return Track(times - times[0], np.clip(weights, 0, 1))


def _against_rest(found: list[Seen], head: FaceModel) -> np.ndarray:
    """Reads `(K, 52)` weights of a film's pictures by their difference to the face at rest."""
    scores = np.stack([one.weights for one in found])
    lowest = np.quantile(scores, REST, axis=0)
    expected = (scores - np.minimum(lowest, _by_name(AT_REST, SURE))).clip(0, 1)
    landmarks = [one.landmarks for one in found]
    readable = all(marks is not None and marks.scheme == "mediapipe478" for marks in landmarks)
    if readable and head.expression_names == ARKIT_NAMES:
        rest = np.argsort(np.abs(scores - lowest).sum(axis=1), kind="stable")[:RESTFUL]
        cameras = [one.camera for one in found]
        expected = moved(head, landmarks, cameras, rest, expected, _by_name(SPREAD, CLOSE))
    return (expected * _by_name(GAIN, 1.0)).clip(0, 1)


def _by_name(table: dict[str, float], else_: float) -> np.ndarray:
    """Gives `(52,)` values by how the expressions' names begin."""
    return np.array([next((v for key, v in table.items() if name.startswith(key)), else_) for name in ARKIT_NAMES])


def _locate(photo: Photo, parts: Parts, last: Landmarks | None) -> Landmarks | None:
    """Locates the largest face's landmarks, first where it was last."""
    if last is not None:
        low, high = last.points.min(axis=0), last.points.max(axis=0)
        room = ROOM * (high - low)
        found = parts.landmarker.locate(photo, np.concatenate([low - room, high + room]))
        if found is not None:
            return found
    faces = parts.detector.detect(photo)
    return parts.landmarker.locate(photo, faces.boxes[0]) if len(faces) else None
