"""Refines a fit by how bright the skin is: shape, pose, expression and focal length move until the light explains it.

In rounds, by Gauss and Newton's method, with the landmarks and the priors of the fit included, so that shape cannot run
away: each photo is read at places on the skin (`residuals`), light and reflectance are integrated out (`evidence`), and
what is left is added to the fit's normal equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.geometry.harmonics import COUNT
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep
from facerecon.morphable.normal_equations import NormalEquations, bounded_step
from facerecon.morphable.refining import Photographed
from facerecon.photometric.evidence import Evidence, Noise, Weigher
from facerecon.photometric.residuals import Reader, Seen
from facerecon.photometric.skin import SkinPlaces
from facerecon.photometric.step import PhotometricStep
from facerecon.photometric.window import window

LEAST_PLACES = 60
"""a photo that shows fewer says nothing"""
MOST_PLACES = 2400
"""of all photos together: more tell little, and take the third power of the time"""
DAMPING = 1e-3


@dataclass(frozen=True)
class PhotometricSettings:
    rounds: int = 3
    "how often the photos are read anew"
    light_rounds: int = 4
    "how often the light alone is improved before that, from light that comes from everywhere"
    size: int = 128
    "px, side of the windows that are read"
    noise: Noise = field(default_factory=Noise)
    "how far brightness strays from what light alone would do"


class Told(Protocol):
    """What others know of the parameters, around where the refinement starts."""

    matrix: np.ndarray
    "`(P, P)`"
    gradient: np.ndarray
    "`(P,)`"


def photometric_steps(
    model: FaceModel,
    photos: Sequence[Photo],
    landmarks: Sequence[Landmarks],
    start: FitStep,
    cameras: Sequence[Camera],
    *,
    focal_known: Sequence[bool],
    fit: FitSettings | None = None,
    told: Told | None = None,
    settings: PhotometricSettings | None = None,
    device: str = "cpu",
) -> Iterator[PhotometricStep]:
    """Refines round by round; the first step is the start, seen photometrically. None where too little skin is seen.

    Args:
        model: the head model.
        photos: one or more.
        landmarks: by photo.
        start: the fit to the landmarks.
        cameras: by photo, the first guesses of the fit.
        focal_known: by photo, whether EXIF told the focal length.
        fit: settings of the fit to the landmarks.
        told: what else is known around the start, as the matches of several photos.
        settings: see PhotometricSettings.
        device: of torch.
    """
    if not len(model.identity_basis):
        return
    settings, fit = settings or PhotometricSettings(), fit or FitSettings()
    photographed = Photographed(model, photos, landmarks, cameras, focal_known, fit, start.expected)
    problem = _Problem(photographed, told, settings, device)
    current = photographed.look(start.identity, start.views)
    seen = problem.read(current)
    if min(len(one.rows) for one in seen) < LEAST_PLACES:
        return
    lights = torch.zeros(len(seen), COUNT, **problem.reader.kind)
    lights[:, 0] = torch.stack([one.even for one in seen])
    evidence = problem.weigher.gather(seen, lights)
    moved = np.zeros(len(evidence.gradient))
    for _ in range(settings.light_rounds):
        lights = evidence.light_after(lights, moved)
        evidence = problem.weigher.gather(seen, lights)
    first = start.iteration + 1
    yield problem.step(first, current, lights, seen, evidence)
    for number in range(1, settings.rounds + 1):
        equations = NormalEquations.at(model, current, fit)
        delta = problem.move(equations, current, evidence, moved)
        moved = moved + delta
        lights = evidence.light_after(lights, delta)
        current = photographed.look(*equations.moved(current, delta))
        seen = problem.read(current)
        if min(len(one.rows) for one in seen) < LEAST_PLACES:
            return
        evidence = problem.weigher.gather(seen, lights)
        yield problem.step(first + number, current, lights, seen, evidence)


class _Problem:
    """All that stays the same from round to round."""

    def __init__(self, given: Photographed, told: Told | None, settings: PhotometricSettings, device: str):
        self.given, self.told, self.size = given, told, settings.size
        self.places = SkinPlaces.of(given.model).first(MOST_PLACES // len(given.photos))
        self.reader = Reader(given.model, self.places, device)
        mean = self.reader.tensor(self.places.mean)
        self.weigher = Weigher(torch.cdist(mean, mean), settings.noise)

    def read(self, step: FitStep) -> list[Seen]:
        """Reads the photos, in windows around the face of the moment."""
        heads = self.given.heads(step)
        windows = [
            window(photo, view, head[self.places.rows], self.size)
            for photo, view, head in zip(self.given.photos, step.views, heads, strict=True)
        ]
        return self.reader.read(windows, step.views, heads)

    def move(self, equations: NormalEquations, step: FitStep, evidence: Evidence, moved: np.ndarray) -> np.ndarray:
        """Finds the step that brightness, landmarks, priors and what else is told ask for, `(P,)`."""
        matrix, gradient = equations.matrix + evidence.matrix, equations.gradient + evidence.gradient
        if self.told is not None:
            matrix, gradient = matrix + self.told.matrix, gradient + self.told.gradient + self.told.matrix @ moved
        return bounded_step(matrix, gradient, *equations.bounds(step), DAMPING)

    def step(
        self, number: int, step: FitStep, lights: Tensor, seen: Sequence[Seen], evidence: Evidence
    ) -> PhotometricStep:
        """Puts together what a round has found."""
        cost = step.cost | {"photometric": evidence.cost}
        cost["total"] += evidence.cost
        reflectance = self.weigher.shared[:, torch.cat([one.rows for one in seen])] @ evidence.surprise
        return PhotometricStep(
            number,
            step.identity,
            step.views,
            step.observations,
            cost,
            expected=step.expected,
            lights=lights.cpu().numpy(),
            reflectance=reflectance.cpu().numpy(),
            rows=self.places.rows,
            spread=evidence.spread,
            places=sum(len(one.rows) for one in seen),
            information=evidence.matrix,
        )
