"""What matches between photos say of shape, poses and cameras: residuals, Jacobians, normal equations.

A match says that the skin at a surface point u, which photo i showed at pixel p_i, lies at pixel p_j of photo j. Let
q_i, q_j be where the head of the moment projects u. Had the head changed, p_i would show another point of it, one that
slid along the surface by s = T_i⁻¹ (p_i − q_i), T_i the derivative of q_i by the two tangents at u. So

    r = q_j − p_j + T_j T_i⁻¹ (p_i − q_i),

which no slide along the surface changes, and which is 0 where both rays meet on it: one of its two components is the
disagreement in depth, the other one how far the rays pass each other (Hartley and Zisserman, Multiple View Geometry,
section 9.1). The cost is Σ w ρ(|r|² / σ²) with Geman and McClure's ρ, σ given in mm at the skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.geometry.projection import project
from facerecon.morphable.normal_equations import pixel_jacobian
from facerecon.morphable.observation import ViewState

ROBUST = 4.0
"""residual over σ at which a match begins to count for little"""


@dataclass(frozen=True, eq=False)
class Pair:
    """Matches from one photo to another."""

    photos: tuple[int, int]
    "i, j"
    corners: np.ndarray
    "`(M, 3)` the vertices around each surface point"
    weights: np.ndarray
    "`(M, 3)` its barycentric coordinates"
    pixels: tuple[np.ndarray, np.ndarray]
    "p_i and p_j, `(M, 2)` px"
    trust: np.ndarray
    "`(M,)`"
    basis: np.ndarray
    "`(M, 3, I + E)` mm: how identity and expression move the points"


@dataclass(frozen=True, eq=False)
class _Seen:
    """Surface points in one photo."""

    pixels: np.ndarray
    "`(M, 2)` q"
    by_head: np.ndarray
    "`(M, 2, 3)` px a mm"
    by_view: np.ndarray
    "`(M, 2, 7)`: turn, shift, logarithm of the focal length"
    by_tangents: np.ndarray
    "`(M, 2, 2)` T"
    pixel: np.ndarray
    "`(M,)` mm a pixel"


def _see(pair: Pair, view: ViewState, vertices: np.ndarray) -> _Seen:
    """Projects a pair's points into a photo, with all derivatives; `vertices` are those of its expression."""
    corners = vertices[pair.corners]
    points = (corners * pair.weights[:, :, None]).sum(axis=1)
    by_head, by_view, in_camera = pixel_jacobian(view, points)
    sides = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
    pixels = project(view.camera, in_camera)
    return _Seen(pixels, by_head, by_view, by_head @ sides, in_camera[:, 2] / view.camera.focal)


@dataclass(frozen=True, eq=False)
class Evidence:
    """All pairs, at one state of the head."""

    matrix: np.ndarray
    "`(P, P)` in the order of `NormalEquations`"
    gradient: np.ndarray
    "`(P,)`"
    cost: float
    disagreement: float
    "mm, median of |r|"


def gather(
    pairs: list[Pair], views: tuple[ViewState, ...], vertices: list[np.ndarray], identities: int, noise: float
) -> Evidence:
    """Linearises all matches.

    Args:
        pairs: matches by pair of photos.
        views: by photo.
        vertices: by photo `(V, 3)` mm: the head with its expression.
        identities: I.
        noise: mm, σ.
    """
    own = 7 + pairs[0].basis.shape[2] - identities
    matrix, gradient = (np.zeros((identities + own * len(views),) * k) for k in (2, 1))
    cost, lengths = 0.0, []
    for pair in pairs:
        residuals, jacobian, pixel = _linearised(pair, views, vertices, identities)
        squared = (residuals**2).sum(axis=1) * (pixel / noise) ** 2
        cost += float((pair.trust * squared / (1 + squared / ROBUST**2)).sum())
        lengths.append(np.sqrt(squared) * noise)
        root = (np.sqrt(pair.trust) / (1 + squared / ROBUST**2) * pixel / noise)[:, None]
        rows = np.r_[0:identities, *(np.arange(own) + identities + own * k for k in pair.photos)]
        flat = (jacobian * root[:, :, None]).reshape(-1, len(rows))
        matrix[np.ix_(rows, rows)] += flat.T @ flat
        gradient[rows] += flat.T @ (residuals * root).ravel()
    return Evidence(matrix, gradient, cost, float(np.median(np.concatenate(lengths))))


def _linearised(
    pair: Pair, views: tuple[ViewState, ...], vertices: list[np.ndarray], identities: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gives residuals `(M, 2)` px, their Jacobian `(M, 2, I + 2 (7 + E))`, and the size of a pixel `(M,)` mm."""
    one, other = (_see(pair, views[k], vertices[k]) for k in pair.photos)
    carry = other.by_tangents @ _inverse(one.by_tangents)
    residuals = other.pixels - pair.pixels[1] + np.einsum("mab,mb->ma", carry, pair.pixels[0] - one.pixels)
    there, here = other.by_head @ pair.basis, carry @ (one.by_head @ pair.basis)
    jacobian = np.concatenate(
        [
            (there - here)[:, :, :identities],
            *(-carry @ one.by_view, -here[:, :, identities:]),
            *(other.by_view, there[:, :, identities:]),
        ],
        axis=2,
    )
    return residuals, jacobian, other.pixel


def _inverse(matrices: np.ndarray) -> np.ndarray:
    """Inverts `(M, 2, 2)`; skin seen edge-on, which has no inverse, gives a bounded one."""
    (a, b), (c, d) = np.moveaxis(matrices, 0, 2)
    determinant = a * d - b * c
    least = 0.05 * np.sqrt((a**2 + c**2) * (b**2 + d**2)) + 1e-12
    safe = np.where(np.abs(determinant) < least, np.where(determinant < 0, -least, least), determinant)
    return np.moveaxis(np.array([[d, -b], [-c, a]]) / safe, 2, 0)
