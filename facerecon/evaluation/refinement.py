"""Moves a mesh to where a scan's points are nearest to it: robust least squares of the scan-to-mesh distance itself.

    minimise  mean ρ(d_i),  ρ(d) = d² / (1 + d² / c²)    (Geman and McClure 1985), c = ROBUST

so that hair, an ear, or what the mesh does not have cannot pull it off. Gauss and Newton's method: the distance d of a
point to the nearest point q of the surface, in direction n, changes by -n·δq when the surface moves by
δq = ω × q + τ + σ q, so each step is a linear problem in turn ω, shift τ and, where the scale is free, its logarithm σ.
Near the solution it converges as fast as point-to-plane ICP (Pottmann et al. 2006, “Geometry and convergence analysis
of algorithms for registration of 3D shapes”, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape
from facerecon.core.types import Mesh
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import Surface, closest_in_triangle
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector

ROBUST = 10.0
"""mm at which a distance begins to count for little"""
ITERATIONS = 40
TOLERANCE = 1e-4
"""share of the cost that a step must gain for another one to follow"""
_HALVINGS = 2
_CANDIDATES = 12
"""triangles that are tried where the nearest need not be certain"""


class Target:
    """A mesh prepared for being moved to several scans; it answers in its own frame."""

    def __init__(self, mesh: Mesh):
        self.mesh = mesh
        self.normals = triangle_normals(mesh.vertices, mesh.triangles)
        self._surface = Surface(mesh.vertices, mesh.triangles)
        self._corners = mesh.vertices[mesh.triangles]
        self._centroids = cKDTree(self._corners.mean(axis=1))

    def nearest(self, points: np.ndarray, exact: bool) -> tuple[np.ndarray, np.ndarray]:
        """Finds the nearest point of the mesh for each of `(N, 3)` points: triangle `(N,)` and barycentric `(N, 3)`.

        Where it need not be exact, only the triangles of the nearest centroids are tried, which takes a tenth of the
        time, and misses only where small and large triangles lie side by side.
        """
        if exact:
            return self._surface.nearest(points)[1:]
        count = min(_CANDIDATES, len(self._corners))
        _, rows = self._centroids.query(points, k=count)
        rows = rows.reshape(len(points), count)
        squared, weights = closest_in_triangle(points.repeat(count, axis=0), self._corners[rows.ravel()])
        best = squared.reshape(len(points), count).argmin(axis=1)
        each = np.arange(len(points))
        return rows[each, best], weights.reshape(len(points), count, 3)[each, best]


@dataclass(frozen=True, eq=False)
class Alignment:
    """A place of the mesh, and how the scan's points see it from there."""

    scan_from_mesh: np.ndarray
    "`(4, 4)` rigid motion, or similarity"
    feet: np.ndarray
    "`(N, 3)` the nearest point of the mesh for each point of the scan, in the scan's frame"
    distances: np.ndarray
    "`(N,)`, in the scan's unit"
    triangle: np.ndarray
    "`(N,)` on which triangle of the mesh the feet lie"
    barycentric: np.ndarray
    "`(N, 3)` where on it"
    cost: float
    "mm², the weighted mean of ρ"

    @property
    def scale(self) -> float:
        """By what the mesh was enlarged."""
        return float(np.cbrt(np.linalg.det(self.scan_from_mesh[:3, :3])))


def see(
    target: Target,
    points: np.ndarray,
    scan_from_mesh: np.ndarray,
    weights: np.ndarray | None = None,
    exact: bool = True,
) -> Alignment:
    """Measures scan-to-mesh distances at a place of the mesh.

    Args:
        target: the mesh.
        points: `(N, 3)` of the scan.
        scan_from_mesh: `(4, 4)` similarity.
        weights: `(N,)` for the cost alone; None: all equal.
        exact: whether the nearest triangle must be certain.
    """
    check_shape(points, ("N", 3), "points")
    triangle, barycentric = target.nearest(apply(invert(scan_from_mesh), points), exact)
    feet = interpolate(target.mesh.vertices, target.mesh.triangles, triangle, barycentric)
    feet = apply(scan_from_mesh, feet)
    distances = np.linalg.norm(points - feet, axis=1)
    cost = float(np.average(distances**2 / (1 + (distances / ROBUST) ** 2), weights=weights))
    return Alignment(scan_from_mesh, feet, distances, triangle, barycentric, cost)


def refine_steps(
    target: Target,
    points: np.ndarray,
    scan_from_mesh: np.ndarray,
    *,
    scale: bool,
    weights: np.ndarray | None = None,
    exact: bool = True,
) -> Iterator[Alignment]:
    """Moves the mesh step by step; each step is nearer to the scan than the one before, the first is the start.

    Args:
        target: the mesh.
        points: `(N, 3)` of the scan.
        scan_from_mesh: `(4, 4)` a first guess, from landmarks.
        scale: whether the mesh may change its size.
        weights: `(N,)` >= 0, how much each point counts; None: all the same.
        exact: whether the nearest triangles must be certain.
    """
    current = see(target, points, scan_from_mesh, weights, exact)
    yield current
    for _ in range(ITERATIONS):
        step = _solve(target, points, current, scale, weights)
        for _ in range(_HALVINGS):
            candidate = see(target, points, _moved(current, step), weights, exact)
            if candidate.cost < current.cost:
                break
            step = step / 2
        else:
            return
        yield candidate
        if current.cost - candidate.cost < TOLERANCE * current.cost:
            return
        current = candidate


def refine(target: Target, points: np.ndarray, scan_from_mesh: np.ndarray, **options) -> Alignment:
    """Exhausts `refine_steps` and gives its result."""
    *_, last = refine_steps(target, points, scan_from_mesh, **options)
    return last


def _solve(
    target: Target, points: np.ndarray, current: Alignment, scale: bool, weights: np.ndarray | None
) -> np.ndarray:
    """Solves for turn, shift and logarithm of the scale, `(7,)`, about the feet's middle."""
    arm = current.feet - current.feet.mean(axis=0)
    size = max(float(np.sqrt((arm**2).sum(axis=1).mean())), 1e-12)
    away = points - current.feet
    normals = target.normals[current.triangle] @ current.scan_from_mesh[:3, :3].T / current.scale
    touching = current.distances < 1e-9 * size
    direction = np.where(touching[:, None], normals, away / np.where(touching, 1, current.distances)[:, None])
    columns = [np.cross(arm, direction) / size, direction]
    if scale:
        columns.append((arm * direction).sum(axis=1, keepdims=True) / size)
    jacobian = np.column_stack(columns)
    importance = (1 + (current.distances / ROBUST) ** 2) ** -2.0 * (1 if weights is None else weights)
    weighted = jacobian * importance[:, None]
    matrix = weighted.T @ jacobian
    # What the scan cannot tell, as the turn of a ball, stays as it is.
    matrix += 1e-9 * np.trace(matrix) * np.eye(len(matrix))
    step = np.zeros(7)
    step[: len(matrix)] = np.linalg.solve(matrix, weighted.T @ current.distances)
    return step / [size, size, size, 1, 1, 1, size]


def _moved(current: Alignment, step: np.ndarray) -> np.ndarray:
    """Moves the mesh by a step of `_solve`."""
    centre = current.feet.mean(axis=0)
    linear = np.exp(step[6]) * rotation_from_vector(step[:3])
    return rigid(linear, centre + step[3:6] - linear @ centre) @ current.scan_from_mesh
