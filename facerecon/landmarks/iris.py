"""The iris as a ruler: it is 11.7 mm wide in nearly everybody, so its size in pixels tells distance and scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.types import Landmarks
from facerecon.landmarks.schemes import scheme

IRIS_MM, IRIS_STD_MM = 11.7, 0.5
"""Horizontal visible iris diameter and its spread between people (Rüfer et al. 2005, Cornea 24(3): 11.71 ± 0.42 mm;
0.5 leaves room for age and side)."""


@dataclass(frozen=True)
class IrisScale:
    """What both irises tell of one photo."""

    diameters: tuple[float, float]
    "px, right and left eye (the subject's)"
    distance: float
    "mm from the camera to the eyes; as good as the focal length that it was given"
    pupil_distance: float
    "mm between the pupils"
    relative_error: float
    "one standard deviation of both lengths, as a fraction: the spread between people, and between the two irises"


def iris_diameters(landmarks: Landmarks) -> tuple[float, float]:
    """Measures both irises, px: the long axis of the ellipse as which a disc is seen.

    The four points of a ring are the ends of two diameters of the disc, and remain conjugate diameters of its image:
    the larger singular value of the two half diameters is half the long axis.

    Raises:
        SettingsError: the scheme has no irises.
    """
    groups = scheme(landmarks.scheme).groups
    if "right_iris" not in groups:
        raise SettingsError(f"The landmark scheme “{landmarks.scheme}” has no irises.", "wrong_landmarks")
    first, second = (_long_axis(landmarks.points[list(groups[f"{side}_iris"])]) for side in ("right", "left"))
    return first, second


def _long_axis(ring: np.ndarray) -> float:
    """Gives the long axis of an ellipse through `(4, 2)` points, opposite ones two apart."""
    half_diameters = (ring[:2] - ring[2:]) / 2
    return 2 * float(np.linalg.svd(half_diameters, compute_uv=False)[0])


def iris_scale(landmarks: Landmarks, focal: float, yaw: float = 0.0) -> IrisScale:
    """Measures how far the eyes are from the camera and from each other.

    With a pinhole camera an iris of D mm at distance z is f · D / z px wide.

    Args:
        landmarks: with irises.
        focal: px.
        yaw: radians by which the head is turned, which shortens what is seen of the pupils' distance.

    Raises:
        SettingsError: the scheme has no irises, or they have no size.
    """
    right, left = iris_diameters(landmarks)
    mean = (right + left) / 2
    if not mean > 0:
        raise SettingsError("The irises have no size in this photo.", "wrong_landmarks")
    pupils = landmarks.points[list(scheme(landmarks.scheme).groups["pupils"])]
    seen = float(np.linalg.norm(pupils[0] - pupils[1]))
    error = float(np.hypot(IRIS_STD_MM / IRIS_MM, (right - left) / (right + left)))
    return IrisScale(
        diameters=(right, left),
        distance=focal * IRIS_MM / mean,
        pupil_distance=seen / np.cos(yaw) * IRIS_MM / mean,
        relative_error=error,
    )
