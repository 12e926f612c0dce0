"""Fits a head model to a scan: pose, size, identity and expression, without photos.

Maximum a posteriori by Gauss–Newton: feet of the model's vertices on the scan and a linear solve take turns,

    minimise  Σ_v w_v (n_v · (x_v(α, ε) − S q_v))² / σ² + Σ_l w_l |x_l − S p_l|² / σ_l² + |α|² + |ε / s|²

where S (head from scan) is rigid or a similarity, q_v is the foot of vertex v and n_v the scan's normal there
(point to plane, Chen and Medioni 1992), w_v and w_l robust weights (Geman and McClure's) whose width falls to the
noise, and expressions ε stay in [0, 1].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.errors import NoFaceError
from facerecon.core.types import PointCloud
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.target import Feet, Target
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.normal_equations import LARGEST_IDENTITY, bounded_step

LANDMARKS = 68
POSE = 7
"""Rotation vector, shift and the logarithm of the scale."""
LOG_SCALE_STD = 0.5
"""How uncertain the unit of a scan is that was brought in place already."""
FACE = 0.05
"""Vertices of a smaller `face_region` take no part."""
SMALLEST = 0.02
"""Share of those vertices that must have a correspondence."""


@dataclass(frozen=True)
class SurfaceFitSettings:
    iterations: int = 15
    "at most so many steps"
    tolerance: float = 0.02
    "mm: stop when vertices move less, root mean square, and robust weights are narrow"
    noise: float = 1.0
    "mm: scan's noise and what the model cannot express, one standard deviation"
    independent: float = 300.0
    "how many vertices' residuals count as independent: neighbours err alike"
    landmark_noise: float = 3.0
    "mm, one standard deviation of a landmark on the scan, at least"
    expression_std: float = 0.3
    "s: how strong expressions are"
    furthest: tuple[float, float] = (30.0, 8.0)
    "mm, at the first and the last step: a foot farther away is no correspondence"
    cosine: float = 0.5
    "between the normals of a vertex and of its foot, at least"
    scale: bool = False
    "whether the scan's unit is unknown; else it is mm"


@dataclass(frozen=True, eq=False)
class SurfaceFit:
    """A head model on a scan, as far as it was fitted."""

    iteration: int
    "0 is the first guess"
    head_from_scan: np.ndarray
    "`(4, 4)` rigid, or a similarity where the scale was fitted"
    identity: np.ndarray
    "`(I,)` standard deviations"
    expression: np.ndarray
    "`(E,)` in [0, 1]"
    vertices: np.ndarray
    "`(V, 3)` mm, head frame"
    feet: np.ndarray
    "`(V, 3)` mm, head frame: the nearest points of the scan"
    normals: np.ndarray
    "`(V, 3)` of length 1: the scan's, at the feet"
    weights: np.ndarray
    "`(V,)` in [0, 1]: how much each foot counts; 0: no correspondence"
    residuals: np.ndarray
    "`(V,)` mm along the scan's normals, > 0 where the model lies outside of the scan"
    landmark_weights: np.ndarray
    "`(68,)` in [0, 1]: how much each landmark counts; 0: not known. Behind an eye that was not scanned lies no eye."
    moved: float
    "mm, root mean square over the face, since the last step"

    def __post_init__(self):
        for name in (field.name for field in fields(self) if field.type == "np.ndarray"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))

    @property
    def residual(self) -> float:
        """Median size of the residuals of vertices that have a correspondence, mm; NaN where none has."""
        seen = np.abs(self.residuals[self.weights > 0])
        return float(np.median(seen)) if len(seen) else float("nan")


def fit_surface(model: FaceModel, target: PointCloud | Target, **arguments) -> SurfaceFit:
    """Exhausts `surface_fit_steps` and gives its result."""
    *_, last = surface_fit_steps(model, target, **arguments)
    return last


def surface_fit_steps(
    model: FaceModel,
    target: PointCloud | Target,
    *,
    landmarks: np.ndarray | None = None,
    head_from_scan: np.ndarray | None = None,
    settings: SurfaceFitSettings | None = None,
) -> Iterator[SurfaceFit]:
    """Fits a head model to a scan step by step; the last step is the result.

    Args:
        model: the head model.
        target: the scan, in its own frame.
        landmarks: `(68, 3)` iBUG points on the scan, in its frame, NaN where not known; or None.
        head_from_scan: `(4, 4)` a first pose; None: from the landmarks.
        settings: see SurfaceFitSettings.

    Raises:
        ValueError: neither a pose nor three landmarks to begin with.
        NoFaceError: the scan is nowhere near the head.
    """
    settings = settings or SurfaceFitSettings()
    problem = _Problem(model, target if isinstance(target, Target) else Target(target), landmarks, settings)
    pose = problem.first_pose() if head_from_scan is None else np.asarray(head_from_scan, dtype=np.float64)
    identity, expression = np.zeros(len(model.identity_basis)), np.zeros(len(model.expression_basis))
    current = problem.look(0, pose, identity, expression, np.inf)
    yield current
    for iteration in range(1, settings.iterations + 1):
        current = problem.improve(current, iteration)
        yield current
        if current.moved < settings.tolerance and problem.progress(iteration) == 1:
            return


class _Problem:
    """What stays the same from step to step."""

    def __init__(self, model: FaceModel, target: Target, landmarks: np.ndarray | None, settings: SurfaceFitSettings):
        self.model, self.target, self.settings = model, target, settings
        skin = np.arange(len(model.mean)) < model.skin_vertices
        self.rows = np.flatnonzero(skin & (model.face_region > FACE))
        area = vertex_areas(model.mean, model.triangles)[self.rows] * model.face_region[self.rows]
        self.information = area / area.sum() * settings.independent / settings.noise**2
        self.triangles = model.triangles[model.parts == 0]
        self.basis = np.concatenate([model.identity_basis, model.expression_basis]).astype(np.float64)
        self.prior = np.r_[
            np.full(3 + 3, 1e-9),
            LOG_SCALE_STD**-2 if settings.scale else 1e12,
            np.ones(len(model.identity_basis)),
            np.full(len(model.expression_basis), settings.expression_std**-2),
        ]
        landmarks = np.full((LANDMARKS, 3), np.nan) if landmarks is None else np.asarray(landmarks, np.float64)
        self.known = known = np.flatnonzero(np.isfinite(landmarks).all(axis=1))
        self.landmarks, self.points = landmarks[known], model.landmarks("ibug68")[known]
        spread = np.hypot(model.landmark_spread("ibug68")[known], settings.landmark_noise)
        self.landmark_information = 1 / spread**2  # a spread of inf counts nothing
        self.landmark_basis = np.stack([self.points.on(field, model.triangles) for field in self.basis])

    def first_pose(self) -> np.ndarray:
        """Finds where the scan lies from its landmarks and those of the mean head."""
        if len(self.landmarks) < 3:
            raise ValueError("a first pose, or three landmarks on the scan, are needed")
        on_head = self.points.on(self.model.mean, self.model.triangles)
        return procrustes(self.landmarks, on_head, self.landmark_information, self.settings.scale)

    def progress(self, iteration: int) -> float:
        """Tells how far the way from wide to narrow is gone, in [0, 1]: three quarters of the iterations long."""
        return min(iteration / (0.75 * self.settings.iterations), 1.0)

    def look(
        self, iteration: int, pose: np.ndarray, identity: np.ndarray, expression: np.ndarray, moved: float
    ) -> SurfaceFit:
        """Finds the feet of the model's vertices, and how much to believe them."""
        wide, narrow = self.settings.furthest
        furthest = wide * (narrow / wide) ** self.progress(iteration)
        vertices = self.model.shape(identity, expression)
        normals = vertex_normals(vertices[: self.model.skin_vertices], self.triangles)[self.rows]
        scan_from_head = invert(pose)
        scale = np.cbrt(np.linalg.det(pose[:3, :3]))
        feet = self.target.feet(apply(scan_from_head, vertices[self.rows]))
        turned = feet.normals @ pose[:3, :3].T / scale
        feet = Feet(apply(pose, feet.points), turned, feet.distances * scale, feet.inside)
        trusted = feet.trusted(normals, furthest, self.settings.cosine, self.target.signed)
        # A cloud without normals does not know its outside; the head does.
        sides = np.sign(np.einsum("nk,nk->n", turned, normals))[:, None]
        residuals = np.einsum("nk,nk->n", vertices[self.rows] - feet.points, turned * sides)
        weights = np.where(trusted, (1 + (4 * residuals / furthest) ** 2) ** -2, 0)
        if np.count_nonzero(weights) < SMALLEST * len(weights):
            raise NoFaceError("The scan has no face where the head was put.", "scan_apart")
        by_vertex = (self._spread(values) for values in (feet.points, turned * sides, weights, residuals))
        found = dict(zip(("feet", "normals", "weights", "residuals"), by_vertex, strict=True))
        found["landmark_weights"] = np.zeros(LANDMARKS)
        off = self._off(pose, vertices)
        found["landmark_weights"][self.known] = (1 + (off**2).sum(axis=1) / furthest**2) ** -2
        return SurfaceFit(iteration, pose, identity, expression, vertices, moved=moved, **found)

    def _off(self, pose: np.ndarray, vertices: np.ndarray) -> np.ndarray:
        """Tells how far the head's landmarks are from the scan's, `(L, 3)` mm."""
        return self.points.on(vertices, self.model.triangles) - apply(pose, self.landmarks)

    def improve(self, current: SurfaceFit, iteration: int) -> SurfaceFit:
        """Takes one Gauss–Newton step with the feet as they are, and looks again."""
        matrix, gradient = np.diag(self.prior), np.zeros(len(self.prior))
        gradient[POSE:] = self.prior[POSE:] * np.r_[current.identity, current.expression]
        for jacobian, residuals, information in (self._surface(current), self._at_landmarks(current)):
            matrix += jacobian.T @ (information[:, None] * jacobian)
            gradient += jacobian.T @ (information * residuals)
        count = len(current.identity)
        lower = np.r_[np.full(POSE, -np.inf), np.full(count, -LARGEST_IDENTITY) - current.identity, -current.expression]
        upper = np.r_[
            np.full(POSE, np.inf), np.full(count, LARGEST_IDENTITY) - current.identity, 1 - current.expression
        ]
        if self.settings.scale and self.model.size_mode is not None:  # where the unit is not known, size is not either
            fixed = POSE + self.model.size_mode
            lower[fixed] = upper[fixed] = 0
        delta = bounded_step(matrix, gradient, lower, upper, 0.0)
        turn = rigid(np.exp(delta[6]) * rotation_from_vector(delta[:3]), delta[3:6])
        identity = current.identity + delta[POSE : POSE + count]
        expression = (current.expression + delta[POSE + count :]).clip(0, 1)
        # How far the head moved over the scan: its shape changed, and the scan moved under it.
        change = np.tensordot(delta[POSE:], self.basis[:, self.rows], axes=1)
        change -= apply(turn, current.vertices[self.rows]) - current.vertices[self.rows]
        moved = float(np.sqrt((change**2).sum(axis=1).mean()))
        return self.look(iteration, turn @ current.head_from_scan, identity, expression, moved)

    def _surface(self, current: SurfaceFit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Differentiates the distances to the scan's planes: Jacobian `(N, P)`, residuals, information."""
        feet, normals = current.feet[self.rows], current.normals[self.rows]
        along = np.einsum("nk,nk->n", normals, feet)
        by_shape = np.einsum("knd,nd->nk", self.basis[:, self.rows], normals, optimize=True)
        jacobian = np.column_stack([-np.cross(feet, normals), -normals, -along, by_shape])
        return jacobian, current.residuals[self.rows], self.information * current.weights[self.rows]

    def _at_landmarks(self, current: SurfaceFit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Differentiates the offsets of landmarks, `(3L, P)`."""
        on_scan = apply(current.head_from_scan, self.landmarks)
        residuals = self._off(current.head_from_scan, current.vertices)
        information = self.landmark_information * current.landmark_weights[self.known]
        jacobian = np.zeros((len(on_scan), 3, len(self.prior)))
        for axis in range(3):
            jacobian[:, axis, :3] = -np.cross(on_scan, np.eye(3)[axis])
        jacobian[:, :, 3:6] = -np.eye(3)
        jacobian[:, :, 6] = -on_scan
        jacobian[:, :, POSE:] = self.landmark_basis.transpose(1, 2, 0)
        return jacobian.reshape(-1, len(self.prior)), residuals.ravel(), information.repeat(3)

    def _spread(self, values: np.ndarray) -> np.ndarray:
        """Puts values of the face's vertices into an array for all vertices; 0 elsewhere."""
        result = np.zeros((len(self.model.mean), *values.shape[1:]))
        result[self.rows] = values
        return result
