"""What refinements of a fit have in common: photos, and what landmarks and priors say of any state of the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.morphable.expectation import Expectation
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep, fit_steps
from facerecon.morphable.observation import ViewState


@dataclass(frozen=True, eq=False)
class Photographed:
    """One person's photos, as a fit to their landmarks takes them."""

    model: FaceModel
    photos: Sequence[Photo]
    landmarks: Sequence[Landmarks]
    "by photo"
    cameras: Sequence[Camera]
    "by photo, the first guesses of the fit"
    known: Sequence[bool]
    "by photo, whether EXIF told the focal length"
    fit: FitSettings
    expected: Expectation | None
    "of the identity; None: the head model's prior"

    def look(self, identity: np.ndarray, views: tuple[ViewState, ...]) -> FitStep:
        """Sees what the landmarks say of a state."""
        start = FitStep(0, identity, views, (), {}, expected=self.expected)
        arguments = {"focal_known": self.known, "settings": self.fit, "start": start}
        return next(fit_steps(self.model, self.landmarks, self.cameras, **arguments))

    def heads(self, step: FitStep) -> list[np.ndarray]:
        """Gives the head in each photo, `(V, 3)` mm."""
        return [self.model.shape(step.identity, view.expression) for view in step.views]
