"""The capture coach: how the photos fare, and which one more would make the head surer.

A photo that has not been taken yet changes the fit's information by its own normal equations, and those depend on where
its landmarks would fall, not on what they would say (optimal design: Fedorov 1972, “Theory of optimal experiments”). So
each candidate is projected with the head as it is known, its block joins those of the photos at hand, and the
covariance of them all tells how sure the face would be. `python -m benchmarks.capture_coach` really adds the photos and
compares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from facerecon.core.coaching import Candidate, Check, Coaching
from facerecon.core.types import Landmarks, Photo
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.transforms import camera_from_head_rotation, head_pose, rigid
from facerecon.landmarks.quality import BLURRED, DARK, concerns, judge
from facerecon.landmarks.schemes import outer_eye_distance
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep
from facerecon.morphable.observation import Observation, observe
from facerecon.morphable.uncertainty import Calibration, Information, Surface, calibration

YAWS = {
    name: np.radians(yaw)
    for name, yaw in zip(("front", "left", "right", "far_left", "far_right"), (0, 20, -20, 40, -40), strict=True)
}
"""The photos that may be asked for; beyond, landmarks guess half of the face."""
SPAN = np.radians(40)
"""between the outermost turns, from which depth is well seen"""
CALM = 0.35
"""mean weight of a photo's five strongest expressions, up to which it counts as neutral"""
FINE = 90.0
"""px between the outer corners of the eyes, from which landmarks gain nothing by more"""
STRONGEST = 5
TIE = 0.05
"""of the best gain: less than that, promises cannot tell apart"""


def coach(
    model: FaceModel,
    photos: Sequence[Photo],
    landmarks: Sequence[Landmarks],
    step: FitStep,
    settings: FitSettings,
    known: Calibration | None = None,
    information: Information | None = None,
) -> Coaching:
    """Judges the photos of a run, and ranks what could be added.

    Args:
        model: the head that was fitted.
        photos: of one person.
        landmarks: one a photo.
        step: the last of the fit.
        settings: with which it was fitted.
        known: default: `uncertainty.calibration()`.
        information: what its photos tell, where that is at hand.
    """
    yaws = tuple(float(head_pose(view.camera_from_head)[0]) for view in step.views)
    found = candidates(model, landmarks, step, settings, known or calibration(), information)
    return Coaching(yaws, checks(photos, landmarks, step, yaws), found)


def checks(
    photos: Sequence[Photo], landmarks: Sequence[Landmarks], step: FitStep, yaws: Sequence[float]
) -> tuple[Check, ...]:
    """Judges angles, light, sharpness, expression, occlusion and resolution, each by the worst photo."""
    judged = [judge(photo.image, marks) for photo, marks in zip(photos, landmarks, strict=True)]
    named = [concerns(quality) for quality in judged]
    light = not any(key in keys for keys in named for key in ("dark", "overexposed", "flat"))
    covered = max(sum(key.startswith("covered") for key in keys) for keys in named)
    blur = max(quality.blur for quality in judged)
    calm = max(expression_strength(view.expression) for view in step.views)
    eyes = min(outer_eye_distance(marks) for marks in landmarks)
    span = max(yaws) - min(yaws)
    return (
        Check("angles", bool(span >= SPAN), float(np.degrees(span))),
        Check("light", light and min(quality.light for quality in judged) > DARK, min(q.light for q in judged)),
        Check("sharpness", bool(blur <= BLURRED), float(blur)),
        Check("expression", bool(calm <= CALM), float(calm)),
        Check("occlusion", not covered, float(covered)),
        Check("resolution", bool(eyes >= FINE), float(eyes)),
    )


def expression_strength(weights: np.ndarray) -> float:
    """Gives the mean of a photo's strongest expression weights, in [0, 1]."""
    return float(np.sort(weights)[-STRONGEST:].mean()) if len(weights) else 0.0


def candidates(
    model: FaceModel,
    landmarks: Sequence[Landmarks],
    step: FitStep,
    settings: FitSettings,
    known: Calibration,
    information: Information | None = None,
) -> tuple[Candidate, ...]:
    """Ranks photos that could be added by how much surer the face would become; see `coach` and `ranked`."""
    if not len(model.identity_basis):
        return ()
    information = information or Information.at(model, step, settings)
    spread = face_spread(model, step.identity, known)
    before, found = spread(information.covariance(known)), []
    for name, yaw in YAWS.items():
        more = with_one_more(information, model, landmarks[0], step, yaw, settings)
        found.append(Candidate(name, float(yaw), 1 - spread(more.covariance(known)) / before))
    return ranked(found, [float(head_pose(view.camera_from_head)[0]) for view in step.views])


def ranked(found: Sequence[Candidate], yaws: Sequence[float]) -> tuple[Candidate, ...]:
    """Sorts candidates, best first; of those that are as good as the best, the one farthest from what was seen leads.

    Args:
        found: one a photo that could be added.
        yaws: radians, of the photos at hand.
    """
    least = (1 - TIE) * max(one.reduction for one in found)

    def order(one: Candidate) -> tuple[bool, int, float]:
        tied = one.reduction >= least
        # Whole degrees: a head that looks straight ahead has no side that it shows better.
        apart = min(round(abs(np.degrees(one.yaw - yaw))) for yaw in yaws)
        return not tied, -apart if tied else 0, -one.reduction

    return tuple(sorted(found, key=order))


def with_one_more(
    information: Information, model: FaceModel, marks: Landmarks, step: FitStep, yaw: float, settings: FitSettings
) -> Information:
    """Adds a photo at a yaw, radians, to what those of a step tell; see `imagined` for the other arguments."""
    # Photos of one face err alike, so that each tells a little less when there are more (`FitSettings.shared`).
    few, more = (1 + count * settings.shared for count in (len(step.views) - 1, len(step.views)))
    noisier = replace(settings, noise=settings.noise * float(np.sqrt(more)))
    less = replace(information, photos=information.photos * few / more)
    return joined(less, imagined(model, marks, step, yaw, noisier))


def face_spread(model: FaceModel, identity: np.ndarray, known: Calibration) -> Callable[[np.ndarray], float]:
    """Prepares what turns a covariance `(I, I)` into the face's standard deviation, mm: root mean square by area."""
    surface, vertices = Surface(model, identity), model.shape(identity)
    weights = vertex_areas(vertices, model.triangles) * model.face_region
    weights[model.skin_vertices :] = 0
    # The mean of all νᵀCν is the trace of C times the mean of all ννᵀ.
    mean = (surface.by_identity.T * (weights / weights.sum())) @ surface.by_identity

    def spread(covariance: np.ndarray) -> float:
        return float(np.sqrt(np.sum(covariance * mean) + known.rest**2))

    return spread


def imagined(model: FaceModel, marks: Landmarks, step: FitStep, yaw: float, settings: FitSettings) -> Information:
    """Finds what a photo of a neutral face at a yaw would tell, by itself.

    Args:
        model: the head.
        marks: of any photo, for their scheme and landmarker.
        step: the last of the fit; the photo is taken as its first was, with the head turned otherwise.
        yaw: radians.
        settings: of the fit.
    """
    like, calm = step.views[0], np.zeros(len(model.expression_basis))
    pose = rigid(camera_from_head_rotation(yaw, 0.0, 0.0), like.camera_from_head[:3, 3])
    view = replace(like, camera_from_head=pose, expression=calm, scores=calm)
    seen = observe(model, marks, step.identity, view, settings.noise, settings.robust)
    # Nobody knows yet how its landmarks will err: they count as much as those of the photos at hand do on average.
    kept = np.mean([_kept(observation) for observation in step.observations])
    seen = replace(seen, residuals=np.zeros_like(seen.residuals), importance=seen.importance * kept)
    return Information.at(model, replace(step, views=(view,), observations=(seen,), expected=None), settings)


def joined(photos: Information, one: Information) -> Information:
    """Adds one photo's information to that of others, whose prior of the identity it shares."""
    count, size = photos.identities, len(photos.prior)
    rows = np.r_[0:count, size : size + len(one.prior) - count]
    whole = []
    for first, second, shared in ((photos.photos, one.photos, False), (photos.prior, one.prior, True)):
        matrix = np.zeros((size + len(second) - count,) * 2)
        matrix[np.ix_(rows, rows)] = second
        if shared:
            matrix[:count, :count] = 0
        matrix[:size, :size] += first
        whole.append(matrix)
    return Information(*whole, count)


def _kept(seen: Observation) -> float:
    """Gives which share of their weight landmarks keep although they are off."""
    full = seen.importance / seen.sigma**2
    return float(seen.information.sum() / full.sum())
