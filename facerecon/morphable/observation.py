"""What one photo says about a head: where the model's landmarks fall, how far off, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.projection import project_head
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.outline import facing, slide
from facerecon.morphable.pose import first_pose

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

    @classmethod
    def first(cls, model: FaceModel, landmarks: Landmarks, camera: Camera, log_focal_std: float) -> ViewState:
        """Guesses pose from the mean head with the detector's expression."""
        scores = np.zeros(len(model.expression_basis))
        if landmarks.blendshapes is not None and len(scores):
            scores = model.from_arkit(landmarks.blendshapes)
        vertices = model.shape(np.zeros(len(model.identity_basis)), scores)
        points = model.landmarks(landmarks.scheme).on(vertices, model.triangles)
        pose = first_pose(camera, landmarks.points, points)
        return cls(camera, pose, scores, scores, camera.focal, log_focal_std)


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

    @property
    def distance(self) -> np.ndarray:
        """`(L,)` px."""
        return np.linalg.norm(self.residuals, axis=1)

    @property
    def _squared(self) -> np.ndarray:
        return (self.residuals**2).sum(axis=1) / self.sigma**2

    @property
    def cost(self) -> float:
        """Σ ρ with ρ(r²) = r² / (1 + r² / c²), Geman and McClure 1985."""
        return float((self.importance * self._squared / (1 + self._squared / self.robust**2)).sum())

    @property
    def information(self) -> np.ndarray:
        """`(L,)` 1 / px²: what a landmark weighs in the normal equations, ρ' / σ²."""
        return self.importance / (1 + self._squared / self.robust**2) ** 2 / self.sigma**2


def observe(
    model: FaceModel,
    landmarks: Landmarks,
    identity: np.ndarray,
    view: ViewState,
    noise: float,
    robust: float,
) -> Observation:
    """Projects the model's landmarks into a photo and compares them with the detected ones.

    Their landmarker's mean error at the view's pose is taken off first, where it was measured.
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
    errors = model.landmark_errors(landmarks.landmarker, landmarks.scheme)
    bias = 0.0 if errors is None else errors.mean(view.camera, view.camera_from_head)
    detected = landmarks.points - bias
    points = (head[rows] * weights[:, :, None]).sum(axis=1)
    projected, depth = project_head(view.camera, view.camera_from_head, points)
    sigma = noise * model.landmark_spread(landmarks.scheme) * view.camera.focal / depth
    return Observation(rows, weights, points, projected, projected - detected, sigma, importance, robust)
