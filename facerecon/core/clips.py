"""Reads a short film (MP4, WebM, MOV, GIF) picture by picture, small enough for a face to be followed in it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from facerecon.core.errors import FaceReconError
from facerecon.core.native_output import native_output_to_log
from facerecon.core.types import Photo

LONGEST = 640
"""px; a face is followed as well in a small picture."""


class ClipError(FaceReconError):
    """A file cannot be read as a film."""

    advice = "clip_unreadable"


@dataclass(frozen=True, eq=False)
class Frame:
    seconds: float
    "since the first picture"
    photo: Photo
    "the picture"


def read_clip(content: bytes, name: str, *, rate: float = 15.0, most_seconds: float = 12.0) -> Iterator[Frame]:
    """Reads a film's pictures, as they are needed.

    Args:
        content: the file.
        name: what to call it.
        rate: pictures a second that are given at most.
        most_seconds: after which the rest is left out.

    Raises:
        ClipError: not one picture can be read.
    """
    digest = hashlib.sha256(content).hexdigest()
    count = 0
    # OpenCV reads films from files only.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        path.write_bytes(content)
        with native_output_to_log():  # complains about files that are no films
            film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        try:
            for seconds, image in _pictures(film, rate, most_seconds):
                count += 1
                yield Frame(seconds, Photo(_small(image), f"{digest}#{count}", None, name))
        finally:
            film.release()
    if not count:
        raise ClipError(f"{name} cannot be read as a film.", name=name)


def _pictures(film: cv2.VideoCapture, rate: float, most_seconds: float) -> Iterator[tuple[float, np.ndarray]]:
    """Gives seconds and picture, leaving out what comes sooner than the rate allows; times never go back."""
    told = film.get(cv2.CAP_PROP_FPS)
    every = 1 / told if 1 <= told <= 240 else 1 / 25
    following, index, last = 0.0, 0, -1.0
    while film.isOpened() and film.grab():
        # Some files do not say when a picture is shown: then their rate does.
        said = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
        seconds = said if said > last else index * every
        index += 1
        if seconds > most_seconds:
            return
        if seconds + 1e-6 < following or seconds <= last:
            continue
        good, image = film.retrieve()
        if good:
            last, following = seconds, seconds + 1 / rate - 0.5 * every
            yield seconds, image[..., ::-1]


def _small(image: np.ndarray) -> np.ndarray:
    scale = LONGEST / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(image)
