"""What a run refuses, and what it doubts: a wrong face, landmarks upside down, a profile, a head that does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from facerecon.core.errors import NoFaceError, SettingsError
from facerecon.core.types import Faces, Landmarks, Photo, View
from facerecon.geometry.transforms import head_pose
from facerecon.landmarks.schemes import convert

SMALL_FACE = 80
"px between which and the detector's box a photo holds too little for a good texture"
POOR_FIT = 0.015
"of the diagonal around the landmarks; a good fit misses by a fifth of it"
PROFILE = np.radians(55)
"yaw beyond which half of the face is guessed"


def item(values: Sequence[Any], number: int) -> Any:
    """Gives a choice for one photo, None where nothing was chosen."""
    return values[number] if number < len(values) else None


def choose_face(photo: Photo, faces: Faces, wanted: int | None) -> int:
    """Chooses the face that was asked for, else the largest."""
    if not len(faces):
        raise NoFaceError(f"No face was found in “{photo.name}”.", name=photo.name)
    if wanted is None:
        return int(faces.sizes.argmax())
    if not 0 <= wanted < len(faces):
        raise SettingsError(f"“{photo.name}” has {len(faces)} faces; there is no number {wanted + 1}.", "wrong_face")
    return wanted


def doubts(view: View, landmarks: Landmarks) -> Iterator[str]:
    """Tells why a fit of one photo may be wrong, as text keys: half of the face is hidden, or the points are missed."""
    if abs(head_pose(view.camera_from_head)[0]) > PROFILE:
        yield "profile"
    if float(np.median(view.residuals)) > POOR_FIT * float(np.hypot(*np.ptp(landmarks.points, axis=0))):
        yield "poor_fit"


def same_way_up(landmarks: Landmarks, keypoints: np.ndarray | None, chosen: int) -> bool:
    """Tells whether landmarks and the detector's five points agree on where the mouth is, seen from the eyes.

    Where a face is hard to read, in profile, a landmarker may imagine one that stands on its head.
    """
    if keypoints is None:
        return True
    located = convert(landmarks, "five").points
    downwards = [points[3:].mean(axis=0) - points[:2].mean(axis=0) for points in (located, keypoints[chosen])]
    return float(downwards[0] @ downwards[1]) > 0


def put_in(found: Landmarks, points: np.ndarray, photo: Photo) -> Landmarks:
    """Puts corrected points into detected landmarks."""
    size = np.array(photo.image.shape[1::-1])
    usable = points.shape == found.points.shape and bool(np.all((points > -size) & (points < 2 * size)))
    if not usable or np.ptp(points, axis=0).min() < 1:
        raise SettingsError(
            f"Corrected landmarks for “{photo.name}” must be {len(found.points)} points (x, y) on or near the photo.",
            "wrong_landmarks",
        )
    return replace(found, points=points)
