"""Carries an expression over from other pictures: the weights that a photo shows, and how they move in a film."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from facerecon.core.clips import Frame
from facerecon.core.errors import NoFaceError
from facerecon.core.track import Track
from facerecon.core.types import Landmarks, Photo
from facerecon.parts import Parts

SMOOTH = 0.06
"""s: standard deviation of the bell that weights are averaged by; landmarks tremble from picture to picture."""
ROOM = 0.15
"""Added around the last picture's face, as a share of its size: where the face is looked for in the next one."""
LEAST = 0.3
"""Share of a film's pictures that must show a face."""


@dataclass(frozen=True, eq=False)
class Seen:
    seconds: float
    weights: np.ndarray | None
    "`(52,)` in [0, 1]; None: no face was found"


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
        yield Seen(frame.seconds, None if last is None else np.clip(last.blendshapes, 0, 1))


def track_of(seen: Iterable[Seen]) -> Track:
    """Makes a track of what was seen: gaps are bridged, and weights averaged over `SMOOTH` without lagging behind.

    Raises:
        NoFaceError: too few pictures show a face.
    """
    seen = list(seen)
    found = [one for one in seen if one.weights is not None]
    if len(found) < max(2, LEAST * len(seen)):
        raise NoFaceError("Too few pictures of the film show a face.")
    raw = Track(np.array([one.seconds for one in found]), np.stack([one.weights for one in found]))
    # On an even grid of time the bell is as wide everywhere.
    step = float(np.median(np.diff(raw.times)))
    times = raw.times[0] + step * np.arange(round(raw.seconds / step) + 1)
    weights = gaussian_filter1d(raw.at(times), SMOOTH / step, axis=0, mode="nearest")
    return Track(times - times[0], np.clip(weights, 0, 1))


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
