"""One state of a photometric refinement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.morphable.fitting import FitStep


@dataclass(frozen=True, eq=False)
class PhotometricStep(FitStep):
    """One state: that of the fit, and what the photos' brightness says to it; `cost` has `photometric` in it."""

    lights: np.ndarray
    "`(F, 9)` by photo: harmonics of the light, head frame, times the skin's mean reflectance"
    reflectance: np.ndarray
    "`(N,)` logarithm of the places' reflectance over the mean skin's, as the photos suggest it"
    rows: np.ndarray
    "`(N,)` the places, as rows of the model's vertices"
    spread: float
    "robust standard deviation of the brightness that light alone does not explain; its logarithm"
    places: int
    "how many places were read in all photos"

    @property
    def landmarks_alone(self) -> FitStep:
        """The same state as the fit to the landmarks sees it: what its uncertainty was measured for."""
        cost = {name: value for name, value in self.cost.items() if name != "photometric"}
        cost["total"] -= self.cost["photometric"]
        return FitStep(self.iteration, self.identity, self.views, self.observations, cost, expected=self.expected)
