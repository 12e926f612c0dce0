"""What photos tell of the head's size: irises, whose width is nearly the same in everybody, and EXIF's distance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from facerecon.core.types import Landmarks, Photo
from facerecon.geometry.transforms import apply, head_pose
from facerecon.landmarks.iris import IRIS_MM, IRIS_STD_MM, iris_diameters
from facerecon.landmarks.opening import opening
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitStep
from facerecon.morphable.observation import ViewState
from facerecon.morphable.size import SizeCue

SMALLEST = 5.0
"""px of an iris below which its width says nothing"""
TURNED = np.radians(32)
"""yaw beyond which the lids hide too much of an iris"""
LANDMARKER_STD, LANDMARKER_SHARED, PIXELS_STD = 0.06, 0.08, 0.5
"""How far irises are measured off: from photo to photo and in all photos alike, as shares of the width; and in px."""
WIDENED = 0.06
"""the share by which irises are measured too wide from the front: 2 to 10 % on rendered heads, −3 to 17 on photos"""
NARROWED = 0.7
"""times sin² yaw: the share by which irises of a turned head are measured too narrow, in renders as in photos"""
DISTANCE_STD, DISTANCE_SHARED = 0.1, 0.05
"""How far EXIF's distance, which cameras tell in coarse steps, is taken to stray: from photo to photo, and always."""


def size_cues(
    model: FaceModel, photos: Sequence[Photo], landmarks: Sequence[Landmarks], step: FitStep
) -> tuple[SizeCue, ...]:
    """Collects what photos tell of the size.

    Args:
        model: the head that was fitted.
        photos: of one person.
        landmarks: one a photo.
        step: the last of the fit.
    """
    found: list[SizeCue] = []
    for number, (photo, marks) in enumerate(zip(photos, landmarks, strict=True)):
        found += _iris(model, marks, step, number)
        if photo.distance_mm:
            value = np.log(photo.distance_mm)
            found.append(SizeCue("exif", number, float(value), False, DISTANCE_STD, DISTANCE_SHARED))
    return tuple(found)


def _iris(model: FaceModel, marks: Landmarks, step: FitStep, number: int) -> Iterator[SizeCue]:
    """Measures the irises of one photo, those that are open, large enough and seen from the front."""
    view = step.views[number]
    if "right_iris" not in scheme(marks.scheme).groups or not model.iris_uv_radius:
        return
    left_shut, right_shut = opening(marks).shut
    widths = [width for width, shut in zip(iris_diameters(marks), (right_shut, left_shut), strict=True) if not shut]
    if not widths or min(widths) < SMALLEST or abs(head_pose(view.camera_from_head)[0]) > TURNED:
        return
    narrowed = NARROWED * np.sin(head_pose(view.camera_from_head)[0]) ** 2
    width = float(np.mean(widths) * np.exp(narrowed - WIDENED))
    # An iris of D mm is f D / z px wide, z being its own depth; the cue is about the head's origin, a little behind.
    ahead = view.camera_from_head[2, 3] / _iris_depth(model, view, step.identity)
    value = float(np.log(IRIS_MM / width * ahead))
    # Both irises of a photo err alike: two tell no more than one.
    own = float(np.linalg.norm([LANDMARKER_STD, PIXELS_STD / width, narrowed / 2]))
    yield SizeCue("iris", number, value, True, own, float(np.hypot(IRIS_STD_MM / IRIS_MM, LANDMARKER_SHARED)))


def _iris_depth(model: FaceModel, view: ViewState, identity: np.ndarray) -> float:
    """Gives how far the irises of the fitted head are along the view, mm."""
    surface = model.landmarks("mediapipe478")[list(scheme("mediapipe478").groups["pupils"])]
    points = surface.on(model.shape(identity, view.expression), model.triangles)
    return float(apply(view.camera_from_head, points)[:, 2].mean())
