"""The fit's linear algebra: Jacobians of projected landmarks, normal equations over all photos, steps inside bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from facerecon.core.types import Camera
from facerecon.geometry.projection import project
from facerecon.geometry.transforms import rigid, rotation_from_vector
from facerecon.morphable.expectation import Expectation
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.observation import Observation, ViewState

if TYPE_CHECKING:
    from facerecon.morphable.fitting import FitSettings, FitStep

POSE = 6
"rotation vector and translation"
LARGEST_IDENTITY = 4.0
"standard deviations"


def projection_jacobian(camera: Camera, points_camera: np.ndarray) -> np.ndarray:
    """Differentiates pixels by camera-frame points: `(N, 2, 3)` px a mm."""
    x, y, z = points_camera.T
    jacobian = np.zeros((len(z), 2, 3))
    jacobian[:, 0, 0] = jacobian[:, 1, 1] = camera.focal / z
    jacobian[:, 0, 2] = -camera.focal * x / z**2
    jacobian[:, 1, 2] = -camera.focal * y / z**2
    return jacobian


def pixel_jacobian(view: ViewState, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Differentiates where a photo shows points of the head, `(N, 3)` mm.

    Returns:
        by the points `(N, 2, 3)` px a mm; by a rotation vector applied from the left, a translation in mm and the
        logarithm of the focal length `(N, 2, 7)`; and the points in the camera's frame, `(N, 3)` mm.
    """
    rotation = view.camera_from_head[:3, :3]
    rotated = points @ rotation.T
    in_camera = rotated + view.camera_from_head[:3, 3]
    by_point = projection_jacobian(view.camera, in_camera)
    x, y, z = rotated.T
    zero = np.zeros_like(x)
    # d(ω × r) / dω = −[r]×
    turn = np.stack([zero, z, -y, -z, zero, x, y, -x, zero], axis=1).reshape(-1, 3, 3)
    focal = (project(view.camera, in_camera) - view.camera.centre)[:, :, None]
    return by_point @ rotation, np.concatenate([by_point @ turn, by_point, focal], axis=2), in_camera


def view_jacobian(model: FaceModel, view: ViewState, seen: Observation) -> tuple[np.ndarray, np.ndarray]:
    """Differentiates a photo's residuals by identity `(2L, I)` and by its own parameters `(2L, 7 + E)`.

    Its own parameters are a rotation vector applied from the left, a translation in mm, the logarithm of the focal
    length, and the expression.
    """
    by_head, by_view, _ = pixel_jacobian(view, seen.points)
    if seen.turning is not None:
        by_view[:, :, :3] += seen.turning
    own = np.concatenate([by_view, _by_basis(by_head, model.expression_basis, seen)], axis=2)
    identity = _by_basis(by_head, model.identity_basis, seen)
    if seen.lean is not None:
        identity = identity + seen.lean
    return identity.reshape(len(identity) * 2, -1), own.reshape(len(own) * 2, -1)


def _by_basis(by_head: np.ndarray, basis: np.ndarray, seen: Observation) -> np.ndarray:
    """Carries `(L, 2, 3)` over a basis `(K, V, 3)`: `(L, 2, K)`."""
    at_landmarks = np.einsum("klcd,lc->ldk", basis[:, seen.vertices], seen.weights, optimize=True)
    return by_head @ at_landmarks


@dataclass(frozen=True, eq=False)
class NormalEquations:
    matrix: np.ndarray
    "`(P, P)`: JᵀWJ and the priors"
    gradient: np.ndarray
    "`(P,)`: half the cost's gradient"
    identities: int
    "how many of the parameters are identity; each photo's 7 + E follow"
    size_mode: int | None = None
    "which identity stays: photos do not tell size"

    @classmethod
    def at(cls, model: FaceModel, step: FitStep, settings: FitSettings) -> NormalEquations:
        """Linearises the cost at a step."""
        count = len(step.identity)
        expected = step.expected or Expectation.of_model(count)
        own = 7 + len(model.expression_basis)
        size = count + own * len(step.views)
        matrix, gradient = np.zeros((size, size)), np.zeros(size)
        matrix[:count, :count] = settings.prior_weight * expected.precision
        gradient[:count] = matrix[:count, :count] @ (step.identity - expected.mean)
        for number, (view, seen) in enumerate(zip(step.views, step.observations, strict=True)):
            start = count + own * number
            block = slice(start, start + own)
            by_identity, by_own = view_jacobian(model, view, seen)
            information, pull = seen.normal(np.concatenate([by_identity, by_own], axis=1))
            rows = np.r_[0:count, block]
            matrix[np.ix_(rows, rows)] += information
            gradient[rows] += pull
            prior = np.r_[view.log_focal_std**-2, view.scores_std**-2]
            offset = np.r_[np.log(view.camera.focal / view.prior_focal), view.expression - view.scores]
            diagonal = np.arange(start + POSE, start + own)
            matrix[diagonal, diagonal] += prior
            gradient[diagonal] += prior * offset
        return cls(matrix, gradient, count, model.size_mode)

    def bounds(self, step: FitStep, size_free: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Gives how far each parameter may move: expressions stay in [0, 1], identity within its prior's reach.

        The size mode stays where it is unless `size_free`: something other than landmarks must tell it.
        """
        lower, upper = np.full(len(self.gradient), -np.inf), np.full(len(self.gradient), np.inf)
        count = self.identities
        lower[:count], upper[:count] = -LARGEST_IDENTITY - step.identity, LARGEST_IDENTITY - step.identity
        if self.size_mode is not None and not size_free:
            lower[self.size_mode] = upper[self.size_mode] = 0
        own = (len(self.gradient) - count) // len(step.views)
        for number, view in enumerate(step.views):
            expression = slice(count + own * number + 7, count + own * (number + 1))
            lower[expression], upper[expression] = -view.expression, 1 - view.expression
        return lower, upper

    def moved(self, step: FitStep, delta: np.ndarray) -> tuple[np.ndarray, tuple[ViewState, ...]]:
        """Applies a step to identity and views."""
        count = self.identities
        parts = np.split(delta[count:], len(step.views))
        return step.identity + delta[:count], tuple(map(_move, step.views, parts))


def _move(view: ViewState, delta: np.ndarray) -> ViewState:
    pose = view.camera_from_head
    rotation = rotation_from_vector(delta[:3]) @ pose[:3, :3]
    return replace(
        view,
        camera=replace(view.camera, focal=view.camera.focal * float(np.exp(delta[6]))),
        camera_from_head=rigid(rotation, pose[:3, 3] + delta[3:6]),
        expression=(view.expression + delta[7:]).clip(0, 1),
    )


def bounded_step(
    matrix: np.ndarray, gradient: np.ndarray, lower: np.ndarray, upper: np.ndarray, damping: float
) -> np.ndarray:
    """Minimises δᵀAδ/2 + gᵀδ inside a box by an active set; A is damped by its diagonal (Marquardt 1963).

    Args:
        matrix: `(P, P)` positive definite.
        gradient: `(P,)`.
        lower, upper: `(P,)` with lower ≤ 0 ≤ upper.
        damping: λ ≥ 0.
    """
    damped = matrix + damping * np.diag(np.diagonal(matrix))
    delta = np.zeros(len(gradient))
    fixed = np.zeros(len(gradient), dtype=bool)
    for _ in range(10):
        free = ~fixed
        right = -(gradient[free] + damped[np.ix_(free, fixed)] @ delta[fixed])
        delta[free] = np.linalg.solve(damped[np.ix_(free, free)], right)
        outside = (delta < lower) | (delta > upper)
        if not (outside & free).any():
            break
        delta = delta.clip(lower, upper)
        fixed |= outside
    return delta.clip(lower, upper)
