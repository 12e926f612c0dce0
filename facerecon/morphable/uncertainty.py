"""How sure a fit is: the standard deviation of each vertex, in mm, and how much of it the photos took away.

Laplace's approximation at the fit's optimum: with A = H + P, the photos' and the prior's part of the Gauss–Newton
matrix, the estimate's covariance is the sandwich (Huber 1967; White 1982)

    C = A⁻¹ (n² H + p² P) A⁻¹

which for n = p = 1 is A⁻¹. H is what landmarks tell, and brightness where it was read; they may err by more, or less,
than H believes, and people may differ by more, or less, than the prior says: n and p need not be 1. Camera, pose and
expression are among the parameters, so that the block of the identity is marginalised over them. What the head's
basis cannot express, r, comes on top:

    σ² = (c / c₀)^γ (ν C νᵀ + r²) (1 + (b − 1) (1 − f))²,  ν how the surface moves along its normal with the identity

where c is the fit's cost a photo: a face that fits worse than usual is less sure (Birge 1932, “The calculation of
errors by the method of least squares”, whose γ is 1), and f is 1 on the face and 0 on ears and scalp, of which
landmarks tell little and the prior too much. n, p, r, c₀, γ and b were measured on people whose shape is known
(`python -m benchmarks.uncertainty --calibrate`).

What is told of a vertex is how far the true surface lies from the drawn one along the normal, after both were laid on
each other, turned, shifted and scaled, by least squares of those distances over the face: the gauge in which scans are
compared (`evaluation`). The size has a source and an error of its own, `Fit.scale`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Fit
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.normals import vertex_normals
from facerecon.morphable.face_model import DATA, FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep
from facerecon.morphable.normal_equations import NormalEquations
from facerecon.morphable.observation import Observation
from facerecon.morphable.threads import single_threaded

FILE = "uncertainty.json"


LEAST, MOST = 0.5, 3.0
"""How far c / c₀ is followed: beyond, nothing was measured."""


@dataclass(frozen=True)
class Calibration:
    """What was measured on people whose shape is known."""

    noise: float
    "n: how far landmarks err over what the fit believes"
    prior: float
    "p: how much people differ over what the prior believes"
    rest: float
    "r: mm, standard deviation of what the head's basis cannot express"
    cost: float
    "c₀: the fit's cost a photo, as it usually is"
    sensitivity: float
    "γ: power with which the variance grows with the cost"
    size: float
    "how far the head's size is off over what n and p alone say"
    beyond: float = 1.0
    "b: how far ears and scalp, which hardly any landmark tells of, are off over what all of this says"

    def growth(self, face_region: np.ndarray) -> np.ndarray:
        """Gives by how much standard deviations grow where there is less face; `face_region` is in [0, 1]."""
        return 1 + (self.beyond - 1) * (1 - face_region)

    def misfit(self, step: FitStep) -> float:
        """Gives the factor of the variance by which a fit is worse, or better, than usual."""
        cost = step.cost["total"] / len(step.views) / self.cost
        return float(np.clip(cost, LEAST, MOST) ** self.sensitivity)


@cache
def calibration() -> Calibration:
    """Reads what was measured."""
    numbers = json.loads((DATA / FILE).read_text("utf-8"))
    return Calibration(**{name: numbers[name] for name in Calibration.__annotations__})


@dataclass(frozen=True, eq=False)
class Information:
    """What photos and prior say about all parameters, linearised at the optimum."""

    photos: np.ndarray
    "`(P, P)` H"
    prior: np.ndarray
    "`(P, P)`"
    identities: int
    "how many of the parameters are identity; they come first"

    @classmethod
    @single_threaded
    def at(cls, model: FaceModel, step: FitStep, settings: FitSettings) -> Information:
        """Takes the normal equations at a step of the fit apart."""
        alone = step.landmarks_alone
        whole = NormalEquations.at(model, alone, settings)
        blind = replace(alone, observations=tuple(map(_without_landmarks, alone.observations)), expected=None)
        prior = NormalEquations.at(model, blind, settings).matrix
        photos = whole.matrix - prior
        return cls(photos if step.information is None else photos + step.information, prior, whole.identities)

    def whole_covariance(self, known: Calibration) -> np.ndarray:
        """Finds the covariance of all parameters, `(P, P)`."""
        inverse = np.linalg.inv(self.photos + self.prior)
        return inverse @ (known.noise**2 * self.photos + known.prior**2 * self.prior) @ inverse

    def covariance(self, known: Calibration) -> np.ndarray:
        """Finds the covariance of the identity, `(I, I)`, in the prior's standard deviations."""
        return self.whole_covariance(known)[: self.identities, : self.identities]

    def prior_covariance(self, known: Calibration) -> np.ndarray:
        """Finds the covariance of the identity before any photo, `(I, I)`."""
        return known.prior**2 * np.linalg.inv(self.prior[: self.identities, : self.identities])


def _without_landmarks(seen: Observation) -> Observation:
    """Gives what a photo without a face would tell."""
    landmarks = len(seen.points)
    values = {field.name: getattr(seen, field.name) for field in fields(seen)}
    one = {key: value[:1] for key, value in values.items() if len(np.atleast_1d(value)) == landmarks}
    return replace(seen, **one | {"errors": None, "importance": np.zeros(1)})


class Surface:
    """How a head's surface moves with its identity, once position, turn and size are taken off.

    Args:
        model: the head model.
        identity: `(I,)` around which it moves.
    """

    def __init__(self, model: FaceModel, identity: np.ndarray):
        vertices = model.shape(identity)
        normals = vertex_normals(vertices, model.triangles)
        self.weights = vertex_areas(vertices, model.triangles) * model.face_region
        self.weights[model.skin_vertices :] = 0
        "`(V,)` mm²: the area of the face that each vertex stands for"
        centred = vertices - np.average(vertices, axis=0, weights=self.weights)
        self.similar = np.column_stack([normals, np.cross(centred, normals), (centred * normals).sum(axis=1)])
        "`(V, 7)` mm along the normals by shift, turn and growth"
        moved = np.einsum("kvc,vc->vk", model.identity_basis, normals, optimize=True)
        self.by_identity = moved - self.similar @ self.gauge(moved)
        "`(V, I)` mm along the normals"

    def gauge(self, moved: np.ndarray) -> np.ndarray:
        """Finds the shift, turn and growth `(7, K)` in motions along the normals `(V, K)`, by least squares."""
        weighted = self.similar * self.weights[:, None]
        # What the face itself leaves open, as the turn of a ball, is left where it is.
        return np.linalg.lstsq(weighted.T @ self.similar, weighted.T @ moved, rcond=1e-9)[0]

    def std(self, covariance: np.ndarray, rest: float = 0.0) -> np.ndarray:
        """Carries a covariance `(I, I)` over to the vertices, `(V,)` mm, with what comes on top, mm."""
        variance = ((self.by_identity @ covariance) * self.by_identity).sum(axis=1)
        return np.sqrt(np.maximum(variance, 0) + rest**2)


def from_photos(fit: Fit) -> np.ndarray | None:
    """Tells which share of each vertex's variance the photos took away, `(V,)` in [0, 1]; None: not known."""
    if fit.std is None or fit.prior_std is None:
        return None
    return np.clip(1 - (fit.std / fit.prior_std) ** 2, 0, 1)


@single_threaded
def with_std(
    model: FaceModel,
    fit: Fit,
    step: FitStep,
    settings: FitSettings,
    known: Calibration | None = None,
    information: Information | None = None,
) -> Fit:
    """Adds to a fit how sure it is, `std`, `prior_std` and `covariance`; a head without a shape of its own has none.

    Args:
        model: the head model.
        fit: what the step became.
        step: the last of `fit_steps`.
        settings: with which it was fitted.
        known: default: what was measured, `calibration()`.
        information: what its photos tell, where that is at hand: at that step, or just before the size moved it.
    """
    count = len(model.identity_basis)
    if not count:
        return fit
    check_shape(step.identity, (count,), "step.identity")
    known = known or calibration()
    information = information or Information.at(model, step, settings)
    surface = Surface(model, step.identity)
    root = np.sqrt(known.misfit(step))
    covariance = information.covariance(known)
    growth = root * known.growth(model.face_region)
    std, prior_std = (
        growth * surface.std(each, known.rest) for each in (covariance, information.prior_covariance(known))
    )
    return replace(fit, std=std, prior_std=prior_std, covariance=root**2 * covariance)
