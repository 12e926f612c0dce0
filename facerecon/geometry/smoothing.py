"""Takes noise off a surface without moving its vertices along it more than needed, and without shrinking it.

Vertices on borders stay where they are, so that holes keep their outlines.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags, identity
from scipy.sparse.linalg import splu

from facerecon.core.arrays import check_shape
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.graph import laplacian, vertex_areas
from facerecon.geometry.normals import triangle_normals, vertex_normals
from facerecon.geometry.topology import enclosed_volume

PASS_BAND = 0.05
"""Taubin's k: waves longer than this one (as an eigenvalue of the umbrella, in [0, 2]) keep their height."""
NEWTON_STEPS = 4


def taubin_steps(
    vertices: np.ndarray, triangles: np.ndarray, times: int, strength: float = 0.5
) -> Iterator[np.ndarray]:
    """Smooths by a step inwards and one outwards, a low-pass filter (Taubin 1995, “A signal processing approach”).

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        times: pairs of steps.
        strength: λ in (0, 1); μ follows from 1 / λ + 1 / μ = k, the pass band.

    Yields:
        `(V, 3)`: the surface as it is, then after each pair of steps.
    """
    umbrella, free = _umbrella(triangles, len(vertices)), _free(triangles, len(vertices))
    outwards = 1 / (PASS_BAND - 1 / strength)
    yield vertices
    for _ in range(times):
        for step in (strength, outwards):
            vertices = vertices + step * free * (umbrella @ vertices - vertices)
        yield vertices


def fairing_steps(
    vertices: np.ndarray, triangles: np.ndarray, times: int, reach: float = 1.0, keep_volume: bool = True
) -> Iterator[np.ndarray]:
    """Smooths by heat that flows over the surface, solved implicitly (Desbrun et al. 1999, eq. 9).

    The Laplacian has cotangent weights: it sees the surface, and not how densely it is cut into triangles.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        times: steps.
        reach: in the vertices' unit: bumps about as wide as this go in one step.
        keep_volume: whether each step ends with `restore_volume`.

    Yields:
        `(V, 3)`: the surface as it is, then after each step.
    """
    free = _free(triangles, len(vertices))
    yield vertices
    for _ in range(times):
        mass = diags(np.maximum(vertex_areas(vertices, triangles), 1e-12))
        flow = diags(free.ravel()) @ laplacian(vertices, triangles) * (reach**2)
        smoothed = np.where(free > 0, splu((mass + flow).tocsc()).solve(np.asarray(mass @ vertices)), vertices)
        vertices = (
            restore_volume(smoothed, triangles, enclosed_volume(vertices, triangles)) if keep_volume else smoothed
        )
        yield vertices


def bilateral_steps(
    vertices: np.ndarray, triangles: np.ndarray, times: int, angle: float = np.radians(25)
) -> Iterator[np.ndarray]:
    """Smooths what is flat and keeps what is sharp: the triangles' normals by a bilateral filter, then the vertices.

    Zheng et al. 2011, “Bilateral normal filtering for mesh denoising”, the local scheme; vertices follow by Sun et al.
    2007, eq. 8.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        times: steps.
        angle: radians: neighbours whose normals differ by more than about this do not mix.

    Yields:
        `(V, 3)`: the surface as it is, then after each step.
    """
    count = len(vertices)
    owner = np.repeat(np.arange(len(triangles)), 3)
    around = coo_matrix((np.ones(len(owner)), (triangles.ravel(), owner)), (count, len(triangles))).tocsr()
    near = (around.T @ around).tocoo()
    times_used = np.maximum(np.asarray(around.sum(axis=1)), 1)
    free = _free(triangles, count)
    yield vertices
    for _ in range(times):
        normals = triangle_normals(vertices, triangles)
        for _ in range(3):
            normals = _filtered(normals, vertices[triangles], near.row, near.col, 2 * np.sin(angle / 2))
        for _ in range(4):
            gap = vertices[triangles].mean(axis=1)
            along = np.einsum("tk,tk->t", normals, gap)[:, None] * normals
            pull = around @ along - _project(around, normals, vertices)
            vertices = vertices + free * pull / times_used
        yield vertices


def _project(around: csr_matrix, normals: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Sums over the triangles around each vertex n nᵀ x, `(V, 3)`."""
    outer = (normals[:, :, None] * normals[:, None, :]).reshape(-1, 9)
    return np.einsum("vij,vj->vi", (around @ outer).reshape(-1, 3, 3), vertices)


def _filtered(
    normals: np.ndarray, corners: np.ndarray, row: np.ndarray, column: np.ndarray, width: float
) -> np.ndarray:
    """Mixes normals of neighbours by area, nearness of the centres and likeness of the normals."""
    centres = corners.mean(axis=1)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    away = np.linalg.norm(centres[row] - centres[column], axis=1)
    typical = max(float(away.sum() / max(np.count_nonzero(away), 1)), 1e-12)
    unlike = np.linalg.norm(normals[row] - normals[column], axis=1)
    weights = areas[column] * np.exp(-0.5 * (away / typical) ** 2 - 0.5 * (unlike / width) ** 2)
    mixed = coo_matrix((weights, (row, column)), (len(normals), len(normals))).tocsr() @ normals
    length = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.where(length > 0, mixed / np.where(length > 0, length, 1), normals)


def restore_volume(vertices: np.ndarray, triangles: np.ndarray, volume: float) -> np.ndarray:
    """Moves the surface along its normals, everywhere as far but at borders, until it encloses a volume again.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        volume: what `enclosed_volume` shall say.
    """
    free = _free(triangles, len(vertices))
    for _ in range(NEWTON_STEPS):
        normals = free * vertex_normals(vertices, triangles)
        gain = np.einsum("vk,vk->", _volume_gradient(vertices, triangles), normals)
        missing = volume - enclosed_volume(vertices, triangles)
        if gain <= 0 or abs(missing) <= 1e-9 * abs(volume):
            break
        vertices = vertices + missing / gain * normals
    return vertices


def _volume_gradient(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Gives how the volume grows as vertices that are on no border move, `(V, 3)`."""
    gradient = np.zeros((len(vertices), 3))
    for k in range(3):
        across = np.cross(vertices[triangles[:, (k + 1) % 3]], vertices[triangles[:, (k + 2) % 3]]) / 6
        for axis in range(3):
            gradient[:, axis] += np.bincount(triangles[:, k], across[:, axis], len(vertices))
    return gradient


def _free(triangles: np.ndarray, count: int) -> np.ndarray:
    """Gives `(V, 1)`: 0 for vertices at borders, 1 for the others."""
    table = edge_table(triangles)
    free = np.ones((count, 1))
    free[table.ends[table.count != 2]] = 0
    return free


def _umbrella(triangles: np.ndarray, count: int) -> csr_matrix:
    """Builds the `(V, V)` matrix that gives each vertex the mean of its neighbours, or itself where it has none."""
    check_shape(triangles, ("T", 3), "triangles")
    a, b = edge_table(triangles).ends.T
    half = coo_matrix((np.ones(len(a)), (a, b)), (count, count))
    adjacent = (half + half.T).tocsr()
    degree = np.asarray(adjacent.sum(axis=1)).ravel()
    alone = diags((degree == 0).astype(float)) @ identity(count)
    return (diags(1 / np.maximum(degree, 1)) @ adjacent + alone).tocsr()
