"""Fits a head model to landmarks of one or several photos: camera, pose, identity and expression together.

Maximum a posteriori by Gauss–Newton with Levenberg's damping (Nocedal and Wright, Numerical Optimization, ch. 10):

    minimise  Σ_views rᵀS⁻¹r + λ (α − μ)ᵀΛ(α − μ) + |(ε − ε₀) / s|² + (log f / f₀)² / s_f²
    r_l = project(K, T, x_l(α, ε)) − (p_l − m_l − B_l α)

where m + Bα is how the landmarker errs on average at that pose and on that identity, and S how its points err together
around that (`landmark_errors`); where nobody measured it, m and B are 0 and each point errs by itself. What is a
point's own counts by a robust loss (Geman and McClure's, by reweighting); expressions ε are kept in [0, 1] by an active
set, ε₀ and s are what the detector's scores tell; oval landmarks slide to the outline. All photos share one identity α;
μ and Λ are 0 and 1, the head model's prior, or what a learned start expects (`expectation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from facerecon.core.types import Camera, Fit, Landmarks, Scale, View
from facerecon.morphable.expectation import Expectation
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.normal_equations import LARGEST_IDENTITY, NormalEquations, bounded_step
from facerecon.morphable.observation import Observation, ViewState, observe
from facerecon.morphable.threads import single_threaded


@dataclass(frozen=True)
class FitSettings:
    iterations: int = 30
    "at most so many steps"
    tolerance: float = 2e-4
    "stop when the cost falls by less than this share"
    noise: float = 1.0
    "a landmark's standard deviation over the one that was measured"
    shared: float = 0.15
    "how alike landmarks err in two photos of one face, in [0, 1]: a second photo tells so much less"
    prior_weight: float = 1.0
    "λ: what a shape's distance from the mean counts; 1: as much as people differ, more: nearer to the mean head"
    expression_std: float = 0.18
    "how far an expression may stray from the detector's score, where that was not measured"
    log_focal_std: float = 0.25
    "how uncertain the default focal length is; EXIF's counts a tenth of it"
    robust: float = 3.0
    "residual over σ at which a landmark begins to count for little"


@dataclass(frozen=True, eq=False)
class FitStep:
    iteration: int
    "0 is the first guess"
    identity: np.ndarray
    "`(I,)`"
    views: tuple[ViewState, ...]
    "by photo: camera, pose, expression"
    observations: tuple[Observation, ...]
    "by photo: where the model's landmarks fall, and the residuals"
    cost: dict[str, float]
    "`landmarks`, `identity`, `expression`, `camera`, `total`"
    expected: Expectation | None = field(default=None, kw_only=True)
    "what was expected of the identity; None: the head model's prior"
    information: np.ndarray | None = field(default=None, kw_only=True)
    "`(P, P)` what else than landmarks and priors tells of all parameters; None: nothing does"

    @property
    def landmarks_alone(self) -> FitStep:
        """This state as landmarks and priors see it, whatever else was known."""
        return self

    @property
    def residual_px(self) -> float:
        """Median distance of landmarks from their model points over all photos, px."""
        return float(np.median(np.concatenate([o.distance for o in self.observations])))


def fit_steps(
    model: FaceModel,
    landmarks: Sequence[Landmarks],
    cameras: Sequence[Camera],
    *,
    focal_known: Sequence[bool] | None = None,
    settings: FitSettings | None = None,
    start: FitStep | None = None,
    expected: Expectation | None = None,
) -> Iterator[FitStep]:
    """Fits step by step; the last step is the result (`as_fit` turns it into a Fit).

    Args:
        model: the head model.
        landmarks: one a photo, in a scheme that the model knows.
        cameras: one a photo, first guesses; principal points stay, focal lengths are refined.
        focal_known: by photo, whether EXIF told the focal length.
        settings: see FitSettings.
        start: a step of a fit of the same model and photos, to go on from where their landmarks have changed a little;
            default: the head that is expected, in a pose guessed from the landmarks.
        expected: what is known of the identity beforehand; default: what `start` expected, or the model's prior.

    Raises:
        ValueError: the numbers of landmarks and cameras differ, or are none.
    """
    if not landmarks or len(landmarks) != len(cameras):
        raise ValueError("one camera a set of landmarks is needed, and one photo at least")
    settings, known = settings or FitSettings(), focal_known or [False] * len(cameras)
    expected = expected or (None if start is None else start.expected)
    likely = Expectation.of_model(len(model.identity_basis)) if expected is None else expected
    identity = likely.mean.clip(-LARGEST_IDENTITY, LARGEST_IDENTITY)
    views = tuple(
        ViewState.first(model, marks, camera, settings.log_focal_std * (0.1 if exif else 1.0), settings.expression_std)
        for marks, camera, exif in zip(landmarks, cameras, known, strict=True)
    )
    if start is not None:
        identity, views = start.identity, tuple(map(_going_on, views, start.views))
    current = _look(model, landmarks, identity, views, 0, settings, expected)
    yield current
    damping = 1e-3
    for iteration in range(1, settings.iterations + 1):
        better, damping = _improve(model, landmarks, current, iteration, damping, settings)
        if better is None:
            return
        yield better
        # Sliding and reweighting change the cost a little, so the comparison is between steps, not within.
        if abs(current.cost["total"] - better.cost["total"]) < settings.tolerance * current.cost["total"]:
            return
        current = better


def fit(model: FaceModel, landmarks: Sequence[Landmarks], cameras: Sequence[Camera], **arguments) -> Fit:
    """Exhausts `fit_steps` and gives its result."""
    *_, last = fit_steps(model, landmarks, cameras, **arguments)
    return as_fit(model, last)


def _going_on(first: ViewState, reached: ViewState) -> ViewState:
    """Takes over a photo's parameters, but not its priors."""
    return replace(
        first, camera=reached.camera, camera_from_head=reached.camera_from_head, expression=reached.expression
    )


def as_fit(model: FaceModel, step: FitStep) -> Fit:
    """Turns a step into the value that flows on to the mesh and the texture."""
    views = tuple(
        View(view.camera, view.camera_from_head, view.expression, seen.distance)
        for view, seen in zip(step.views, step.observations, strict=True)
    )
    return Fit(step.identity, views, None, Scale("model_average", size_spread(model)))


def size_spread(model: FaceModel) -> float:
    """Finds how much the prior's heads differ in size, as a fraction: the error of a scale that nobody measured."""
    if not len(model.identity_basis):
        return 0.05  # a rigid model says nothing; adults' faces differ by some 5 % (Farkas 1994, breadths and heights)
    skin = slice(0, model.skin_vertices)
    modes = model.identity_basis if model.size_mode is None else model.identity_basis[[model.size_mode]]
    centred = model.mean[skin] - model.mean[skin].mean(axis=0)
    change = np.tensordot(modes[:, skin], centred, axes=([1, 2], [0, 1])) / (centred**2).sum()
    return float(np.linalg.norm(change))


@single_threaded
def _look(model, landmarks, identity, views, iteration, settings, expected) -> FitStep:
    """Observes every photo with the present parameters and adds up the cost."""
    # Errors of n photos that are alike by ρ: their mean has the variance (1 + (n − 1) ρ) / n.
    noise = settings.noise * float(np.sqrt(1 + (len(views) - 1) * settings.shared))
    observations = tuple(
        observe(model, marks, identity, view, noise, settings.robust)
        for marks, view in zip(landmarks, views, strict=True)
    )
    cost = {
        "landmarks": sum(o.cost for o in observations),
        "identity": settings.prior_weight * (expected or Expectation.of_model(len(identity))).squared(identity),
        "expression": sum(float((((v.expression - v.scores) / v.scores_std) ** 2).sum()) for v in views),
        "camera": sum((np.log(v.camera.focal / v.prior_focal) / v.log_focal_std) ** 2 for v in views),
    }
    return FitStep(iteration, identity, views, observations, cost | {"total": sum(cost.values())}, expected=expected)


@single_threaded
def _improve(model, landmarks, current, iteration, damping, settings) -> tuple[FitStep | None, float]:
    """Takes one damped Gauss–Newton step; the damping grows until the cost falls. None where it cannot fall."""
    equations = NormalEquations.at(model, current, settings)
    for _ in range(8):
        lower, upper = equations.bounds(current)
        delta = bounded_step(equations.matrix, equations.gradient, lower, upper, damping)
        identity, views = equations.moved(current, delta)
        candidate = _look(model, landmarks, identity, views, iteration, settings, current.expected)
        if candidate.cost["total"] < current.cost["total"]:
            return candidate, max(damping / 5, 1e-7)
        damping *= 8
    return None, damping
