"""What one photo says about a head: where the model's landmarks fall, how far off, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.projection import project_head
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.landmark_errors import LandmarkErrors, head_axes
from facerecon.morphable.outline import facing, slide
from facerecon.morphable.pose import first_pose
from facerecon.morphable.whitening import Whitening

HIDDEN_WEIGHT = 0.1
"weight of a landmark that is turned away from the camera: the detector guesses it"


@dataclass(frozen=True, eq=False)
class ViewState:
    """One photo's parameters while the fit runs."""

    camera: Camera
    camera_from_head: np.ndarray
    "`(4, 4)`"
    expression: np.ndarray
    "`(E,)`"
    scores: np.ndarray
    "`(E,)` where the expression's prior is centred"
    prior_focal: float
    "px"
    log_focal_std: float
    "standard deviation of the logarithm of the focal length"
    scores_std: np.ndarray
    "`(E,)` how far expressions stray from there"

    @classmethod
    def first(
        cls, model: FaceModel, landmarks: Landmarks, camera: Camera, log_focal_std: float, expression_std: float
    ) -> ViewState:
        """Guesses pose from the mean head with the detector's expression; `expression_std` where none is measured."""
        scores = np.zeros(len(model.expression_basis))
        spread = np.full(len(scores), expression_std)
        if landmarks.blendshapes is not None and len(scores):
            scores = model.from_arkit(landmarks.blendshapes)
            errors = model.landmark_errors(landmarks.landmarker, landmarks.scheme)
            if errors is not None and errors.scores.size:
                offset, factor, spread = (model.from_arkit(row) for row in errors.scores)
                scores = (offset + factor * scores).clip(0, 1)
        vertices = model.shape(np.zeros(len(model.identity_basis)), scores)
        points = model.landmarks(landmarks.scheme).on(vertices, model.triangles)
        pose = first_pose(camera, landmarks.points, points)
        return cls(camera, pose, scores, scores, camera.focal, log_focal_std, spread)


@dataclass(frozen=True, eq=False)
class Observation:
    vertices: np.ndarray
    "`(L, 3)` rows of the model's vertices that carry each landmark"
    weights: np.ndarray
    "`(L, 3)` barycentric"
    points: np.ndarray
    "`(L, 3)` mm, head frame: the model's landmarks"
    projected: np.ndarray
    "`(L, 2)` px"
    residuals: np.ndarray
    "`(L, 2)` px: projected minus detected"
    sigma: np.ndarray
    "`(L,)` px"
    importance: np.ndarray
    "`(L,)` in [0, 1]: small for hidden landmarks"
    robust: float
    noise: float
    errors: LandmarkErrors | None
    "how the landmarks err together; None: each by itself, as sigma says"
    lean: np.ndarray | None
    "`(L, 2, I)` px: how the landmarks' mean error depends on identity; None where that was not measured"
    turning: np.ndarray | None
    "`(L, 2, 3)` px a rad: how it depends on a turn of the head"
    head_from_pixels: np.ndarray
    "`(2, 2)` mm a pixel, along the head's right and up"

    @property
    def distance(self) -> np.ndarray:
        """`(L,)` px."""
        return np.linalg.norm(self.residuals, axis=1)

    @property
    def _squared(self) -> np.ndarray:
        return (self.residuals**2).sum(axis=1) / self.sigma**2

    @cached_property
    def _weighed(self) -> tuple[Whitening, float]:
        on_head = self.residuals @ self.head_from_pixels.T / self.noise
        return self.errors.weighed(on_head, self.importance, self.robust)

    @property
    def cost(self) -> float:
        """Σ ρ with ρ(r²) = r² / (1 + r² / c²), Geman and McClure 1985, around what the landmarks err by together."""
        if self.errors is not None:
            return self._weighed[1]
        return float((self.importance * self._squared / (1 + self._squared / self.robust**2)).sum())

    @property
    def information(self) -> np.ndarray:
        """`(L,)` 1 / px²: what a landmark weighs in the normal equations, ρ' / σ², by itself."""
        return self.importance / (1 + self._squared / self.robust**2) ** 2 / self.sigma**2

    def normal(self, jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives what the photo adds to the normal equations, `(P, P)` and `(P,)`, by a Jacobian `(2L, P)` px."""
        if self.errors is None:
            root = np.sqrt(np.repeat(self.information, 2))
            jacobian = jacobian * root[:, None]
            return jacobian.T @ jacobian, jacobian.T @ (root * self.residuals.ravel())
        to_head = self.head_from_pixels / self.noise
        on_head = (to_head @ jacobian.reshape(-1, 2, jacobian.shape[1])).reshape(jacobian.shape)
        return self._weighed[0].normal(on_head, (self.residuals @ to_head.T).ravel())


def observe(
    model: FaceModel,
    landmarks: Landmarks,
    identity: np.ndarray,
    view: ViewState,
    noise: float,
    robust: float,
) -> Observation:
    """Projects the model's landmarks into a photo and compares them with the detected ones.

    Their landmarker's mean error at the view's pose and of that identity is taken off first, where it was measured.
    """
    head = model.shape(identity, view.expression)
    surface = model.landmarks(landmarks.scheme)
    rows, weights = model.triangles[surface.triangle], surface.weights
    cosine = facing(model, head, view.camera_from_head)
    own = interpolate(cosine[:, None], model.triangles, surface.triangle, weights)[:, 0]
    importance = np.clip(own * 4 + 0.5, HIDDEN_WEIGHT, 1)
    if landmarks.scheme == "mediapipe478":
        moving, vertices = slide(model, cosine, own)
        rows, weights = rows.copy(), weights.copy()
        rows[moving] = vertices[:, None]
        weights[moving] = [1, 0, 0]
        importance[moving] = 0.5
    points = (head[rows] * weights[:, :, None]).sum(axis=1)
    projected, depth = project_head(view.camera, view.camera_from_head, points)
    errors = model.landmark_errors(landmarks.landmarker, landmarks.scheme)
    bias, lean, turning, spread = 0.0, None, None, model.landmark_spread(landmarks.scheme)
    if errors is not None:
        bias = errors.mean(view.camera, view.camera_from_head, identity)
        lean, spread = errors.jacobian(view.camera, view.camera_from_head), np.linalg.norm(errors.std_in_photos, axis=1)
        turning = errors.turning(view.camera, view.camera_from_head, identity)
    sigma = noise * spread * view.camera.focal / depth
    residuals = projected - (landmarks.points - bias)
    axes, millimetres = head_axes(view.camera, view.camera_from_head)
    seen = (rows, weights, points, projected, residuals, sigma, importance)
    return Observation(*seen, robust, noise, errors, lean, turning, axes * millimetres)
