"""How large the head is: what its prior says, joined with what irises and cameras measure.

A photo alone fixes the ratio of size to distance. A cue breaks that tie: an iris of known width tells how far away the
eyes are over the focal length, EXIF's subject distance tells how far away they are. Each is one linear observation

    y = log z + k log f + noise,   k = −1 for an iris, 0 for a distance,   z the eyes' depth, f the focal length

and one step of Kalman's filter (Kalman 1960) joins it with all parameters of the fit, by inverse variances: size, pose
and focal length move together, and the landmarks stay where they fall. Cues of one kind share an error, as the width
of a person's irises: several photos average only the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.types import Landmarks, Scale
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep, size_spread
from facerecon.morphable.normal_equations import POSE, NormalEquations
from facerecon.morphable.observation import observe
from facerecon.morphable.threads import single_threaded
from facerecon.morphable.uncertainty import Calibration, Information, calibration

DEPTH = 5
"place of the translation along the view among a photo's own parameters; POSE is that of log f"
TELLS = 0.1
"share of the size's variance that cues must take away to be named as its source"


@dataclass(frozen=True)
class SizeCue:
    """Something that one photo tells of the size."""

    source: str
    "`iris` or `exif`"
    view: int
    "number of the photo"
    value: float
    "y: logarithm of the eyes' depth in mm, over the focal length in px where `over_focal`"
    over_focal: bool
    own_std: float
    "standard deviation of y in this photo alone"
    shared_std: float
    "the same of what all photos of one person have in common"


def size_gradient(model: FaceModel) -> np.ndarray:
    """Differentiates the logarithm of the face's size by identity, `(I,)`."""
    skin = slice(0, model.skin_vertices)
    weights = model.face_region[skin, None]
    centred = model.mean[skin] - np.average(model.mean[skin], axis=0, weights=weights[:, 0])
    weighted = centred * weights
    return np.tensordot(model.identity_basis[:, skin], weighted, axes=([1, 2], [0, 1])) / (weighted * centred).sum()


@single_threaded
def sized(
    model: FaceModel,
    landmarks: Sequence[Landmarks],
    step: FitStep,
    cues: Sequence[SizeCue],
    settings: FitSettings,
    known: Calibration | None = None,
    information: Information | None = None,
) -> tuple[FitStep, Scale]:
    """Joins a fit with cues of its size: the fit as they move it, and where its millimetres come from.

    Args:
        model: the head model.
        landmarks: one a photo, that it was fitted to.
        step: the last of `fit_steps`.
        cues: none: the average head's size stays.
        settings: with which it was fitted.
        known: default: `uncertainty.calibration()`.
        information: what its photos tell, where that is at hand.
    """
    if not len(model.identity_basis):
        return step, Scale("model_average", size_spread(model))
    information, known = information or Information.at(model, step, settings), known or calibration()
    covariance = information.whole_covariance(known)
    gradient = np.zeros(len(covariance))
    gradient[: information.identities] = size_gradient(model)
    grown, before = covariance @ gradient, float(gradient @ covariance @ gradient)
    # The size is less sure than the shape makes it seem; whatever moves with it is so as well.
    covariance = covariance + (known.size**2 - 1) * np.outer(grown, grown) / before
    before *= known.size**2
    if not cues:
        return step, Scale("model_average", float(np.sqrt(before)))
    observed, noise, missed = _linear(step, cues, information)
    gain = covariance @ observed.T @ np.linalg.inv(observed @ covariance @ observed.T + noise)
    after = float(gradient @ (covariance - gain @ observed @ covariance) @ gradient)
    moved = _moved(model, landmarks, step, gain @ missed, settings)
    source = max(cues, key=lambda cue: -np.hypot(cue.own_std, cue.shared_std)).source
    named = source if after < (1 - TELLS) * before else "model_average"
    return moved, Scale(named, float(np.sqrt(after)))


def _linear(
    step: FitStep, cues: Sequence[SizeCue], information: Information
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Linearises cues: Jacobian `(C, P)`, covariance of noise `(C, C)`, and what is missed `(C,)`."""
    own = (len(information.prior) - information.identities) // len(step.views)
    observed, missed = np.zeros((len(cues), len(information.prior))), np.zeros(len(cues))
    noise = np.diag([cue.own_std**2 for cue in cues])
    for row, cue in enumerate(cues):
        # The head's origin lies between the eyes.
        view, start = step.views[cue.view], information.identities + own * cue.view
        depth = view.camera_from_head[2, 3]
        observed[row, start + DEPTH] = 1 / depth
        observed[row, start + POSE] = -float(cue.over_focal)
        missed[row] = cue.value - np.log(depth) + cue.over_focal * np.log(view.camera.focal)
        for column, other in enumerate(cues):
            noise[row, column] += cue.shared_std * other.shared_std * (cue.source == other.source)
    return observed, noise, missed


def _moved(
    model: FaceModel, landmarks: Sequence[Landmarks], step: FitStep, delta: np.ndarray, settings: FitSettings
) -> FitStep:
    """Applies a change of all parameters, and looks at the photos again."""
    equations = NormalEquations.at(model, step, settings)
    identity, views = equations.moved(step, delta.clip(*equations.bounds(step, size_free=True)))
    seen = tuple(
        observe(model, marks, identity, view, settings.noise, settings.robust)
        for marks, view in zip(landmarks, views, strict=True)
    )
    return replace(step, identity=identity, views=views, observations=seen)
