"""How a face moves through a film, by its landmarks: what a landmarker always gets wrong about a face cancels.

A single picture cannot tell a raised brow from one that sits high. In a film of one person the difference to pictures
at rest can. With x the landmarks of the fitted head at rest, B what each expression adds to them, and m the
landmarker's mean error at a pose,

    landmarks(t) = project(pose(t), x + B w(t)) + m(pose(t)) + b,

where b is what pictures at rest leave over. Pose and w(t) of each picture are found by Gauss and Newton, the weights
around what they are expected to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import rigid, rotation_from_vector
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import fit_steps
from facerecon.morphable.landmark_errors import LandmarkErrors, head_axes
from facerecon.morphable.normal_equations import POSE, pixel_jacobian
from facerecon.morphable.observation import ViewState

NOISE = 3.0
"mm: points err together, so that 478 of them tell less than they seem to; chosen on films of rendered heads"
ROUNDS = 3


@dataclass(frozen=True, eq=False)
class _Face:
    """One person, and what stays the same about them through a film."""

    points: np.ndarray
    "`(L, 3)` mm: landmarks of the head at rest"
    basis: np.ndarray
    "`(E, L, 3)` mm: what each expression adds"
    identity: np.ndarray
    errors: LandmarkErrors | None
    bias: np.ndarray
    "`(L, 2)` mm along the head's right and up: what is left over at rest"

    def residuals(self, view: ViewState, found: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Compares: detected minus expected `(L, 2)` px, the expected head's points, and mm a pixel."""
        points = self.points + np.tensordot(view.expression, self.basis, axes=1)
        axes, millimetres = head_axes(view.camera, view.camera_from_head)
        pixels, _ = project_head(view.camera, view.camera_from_head, points)
        if self.errors is not None:
            pixels = pixels + self.errors.mean(view.camera, view.camera_from_head, self.identity)
        return found - pixels - self.bias @ axes / millimetres, points, millimetres


def moved(
    head: FaceModel,
    landmarks: Sequence[Landmarks],
    cameras: Sequence[Camera],
    rest: np.ndarray,
    expected: np.ndarray,
    spread: np.ndarray,
) -> np.ndarray:
    """Finds the expressions of a film of one person.

    Args:
        head: a model with expressions.
        landmarks: one a picture, all in one scheme that the model knows.
        cameras: one a picture, first guesses.
        rest: `(R,)` which pictures show the face at rest, the most restful first.
        expected: `(K, E)` weights, where each picture's are looked for.
        spread: `(E,)` how far they may be from there, one standard deviation.

    Returns:
        `(K, E)` weights; what rest has less of than these pictures is above 0.
    """
    *_, last = fit_steps(head, [landmarks[rest[0]]], [cameras[rest[0]]])
    focal, marks = last.views[0].camera.focal / cameras[rest[0]].focal, head.landmarks(landmarks[0].scheme)
    corners = head.triangles[marks.triangle]
    basis = np.einsum("elcd,lc->eld", head.expression_basis[:, corners], marks.weights, optimize=True)
    points = marks.on(head.shape(last.identity), head.triangles)
    errors = head.landmark_errors(landmarks[0].landmarker, landmarks[0].scheme)
    face = _Face(points, basis, last.identity, errors, np.zeros((len(points), 2)))
    none = np.zeros(basis.shape[0])
    start = replace(last.views[0], expression=none)
    views = [replace(start, camera=replace(camera, focal=camera.focal * focal)) for camera in cameras]
    left = []
    for row in rest:
        view = replace(views[row], expression=expected[row])
        view = _solved(face, view, landmarks[row].points, expected[row], none + 1e-3)
        pixels, _, millimetres = face.residuals(view, landmarks[row].points)
        left.append(pixels @ head_axes(view.camera, view.camera_from_head)[0].T * millimetres)
    face = replace(face, bias=np.mean(left, axis=0))
    found, pose = [], start.camera_from_head
    for view, seen, wanted in zip(views, landmarks, expected, strict=True):
        view = _solved(face, replace(view, camera_from_head=pose, expression=wanted), seen.points, wanted, spread)
        pose = view.camera_from_head
        found.append(view.expression)
    return np.array(found)


def _solved(face: _Face, view: ViewState, found: np.ndarray, expected: np.ndarray, spread: np.ndarray) -> ViewState:
    """Finds pose and expression of one picture."""
    for _ in range(ROUNDS):
        residuals, points, millimetres = face.residuals(view, found)
        by_head, by_view, _ = pixel_jacobian(view, points)
        by_weights = by_head @ np.moveaxis(face.basis, 0, -1)
        jacobian = np.concatenate([by_view[:, :, :POSE], by_weights], axis=2).reshape(residuals.size, -1)
        jacobian = jacobian * (millimetres / NOISE)
        prior = np.r_[np.zeros(POSE), spread**-2.0]
        right = jacobian.T @ (residuals.ravel() * millimetres / NOISE)
        right[POSE:] += (expected - view.expression) / spread**2
        step = np.linalg.solve(jacobian.T @ jacobian + np.diag(prior), right)
        pose = view.camera_from_head
        turned = rigid(rotation_from_vector(step[:3]) @ pose[:3, :3], pose[:3, 3] + step[3:POSE])
        view = replace(view, camera_from_head=turned, expression=view.expression + step[POSE:])
    return view
