"""What is compared: heads that no photo was asked for, and those that are fitted to photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.errors import NoFaceError
from facerecon.core.types import Fit, Photo
from facerecon.evaluation.refinement import Target
from facerecon.morphable import HEADS
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.face_model import FaceModel
from facerecon.parts import Parts
from facerecon.pipeline import reconstruct_steps

MEAN, PEOPLE = "mean head (no photo)", "mean of the prior (no photo)"
CANONICAL, OURS = "canonical mesh, rigid", "ours"


@dataclass(frozen=True, eq=False)
class Answer:
    """A head that claims to be a subject's."""

    target: Target
    "the neutral skin, mm"
    landmarks68: np.ndarray
    "`(68, 3)` mm on it, iBUG's order"
    head: FaceModel
    "whose head it is"
    fit: Fit | None = None
    "where it was fitted"
    milliseconds: float | None = None
    "what the fit took, landmarks given"


def neutral(head: FaceModel, identity: np.ndarray, fit: Fit | None = None, milliseconds: float | None = None) -> Answer:
    """Takes the neutral skin of a head model."""
    vertices = head.shape(identity)
    marks = head.landmarks("ibug68").on(vertices, head.triangles)
    return Answer(Target(head.skin(vertices)), marks, head, fit, milliseconds)


def no_photo(head: FaceModel) -> Answer:
    """Gives the mean of a head model: what a fit must beat."""
    return neutral(head, np.zeros(len(head.identity_basis)))


def baselines(head: FaceModel) -> dict[str, Answer]:
    """Gives the heads that know nothing of a photo, by their row of the table: all else is compared with the first.

    That is the middle of MakeHuman's sliders; a head model may start from another mean, which has a row of its own.
    """
    mean, own = no_photo(AnnyHead("sampled")), {} if head.name == "canonical" else {PEOPLE: no_photo(head)}
    return {MEAN: mean, **own, CANONICAL: no_photo(HEADS.create("canonical"))}


def fit_photos(photos: Sequence[Photo], parts: Parts) -> tuple[Fit, float]:
    """Runs the pipeline up to the fit, without mesh and texture: the fit, and the ms it took after the landmarks.

    Raises:
        NoFaceError: a photo shows no face.
    """
    steps, spent = reconstruct_steps(photos, parts.settings, parts), 0.0
    try:
        for step in steps:
            spent += step.milliseconds if step.stage == "fitting" else 0.0
            if isinstance(step.value, Fit):
                return step.value, spent
    finally:
        steps.close()
    raise AssertionError("the pipeline has no fit")


def ours(parts: Parts) -> Callable[[Sequence[Photo]], Answer | None]:
    """Gives the pipeline as a method: photos in, a head out; None where no face is found."""

    def answer(photos: Sequence[Photo]) -> Answer | None:
        try:
            fit, spent = fit_photos(photos, parts)
        except NoFaceError:
            return None
        return neutral(parts.head, fit.identity, fit, spent)

    return answer
