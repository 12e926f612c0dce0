"""Bends a mesh to handles as rigidly as possible (Sorkine and Alexa 2007).

The energy Σ_i Σ_j w_ij |(p'_i − p'_j) − R_i (p_i − p_j)|², with cotangent weights w and a rotation R_i a vertex, is
minimised by turns: the best rotations by singular value decompositions, the best places by a sparse solve. Handles are
constraints and are hit exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from facerecon.core.arrays import check_shape, read_only
from facerecon.geometry.graph import laplacian
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, rigid


@dataclass(frozen=True, eq=False)
class ArapStep:
    iteration: int
    "0 is the Laplacian deformation to begin with"
    vertices: np.ndarray
    "`(V, 3)`"
    energy: float
    "of the first line above: mm² for a mesh in mm"

    def __post_init__(self):
        object.__setattr__(self, "vertices", read_only(self.vertices, np.float64))


def arap(
    vertices: np.ndarray, triangles: np.ndarray, handles: np.ndarray, targets: np.ndarray, **options
) -> np.ndarray:
    """Exhausts `arap_steps` and gives the bent `(V, 3)` vertices."""
    *_, last = arap_steps(vertices, triangles, handles, targets, **options)
    return last.vertices


def arap_steps(
    vertices: np.ndarray,
    triangles: np.ndarray,
    handles: np.ndarray,
    targets: np.ndarray,
    *,
    iterations: int = 50,
    tolerance: float = 1e-5,
) -> Iterator[ArapStep]:
    """Bends a mesh step by step; the last step is the result.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`. Connected parts without a handle stay where they are.
        handles: `(K,)` different vertices, one at least.
        targets: `(K, 3)` where they go.
        iterations: at most so many.
        tolerance: stop when the energy falls by less than this share.

    Raises:
        ValueError: a handle is named twice, does not exist, or none is named.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    handles = np.asarray(handles)
    check_shape(targets, (len(handles), 3), "targets")
    if not len(handles) or len(np.unique(handles)) < len(handles) or handles.min() < 0 or handles.max() >= count:
        raise ValueError("handles must be different vertices of the mesh, one at least")
    system = _System(vertices, triangles, handles)
    bent = system.start(targets)
    rotations = system.rotations(bent)
    energy = system.energy(bent, rotations)
    yield ArapStep(0, bent, energy)
    floor = 1e-12 * system.size
    for iteration in range(1, iterations + 1):
        bent = system.places(rotations, targets)
        rotations = system.rotations(bent)
        before, energy = energy, system.energy(bent, rotations)
        yield ArapStep(iteration, bent, energy)
        if before - energy <= tolerance * before + floor:
            return


class _System:
    """The mesh's Laplacian, factored once for the vertices that are free."""

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray, handles: np.ndarray):
        self.vertices, self.handles = np.asarray(vertices, dtype=np.float64), handles
        matrix = laplacian(self.vertices, triangles)
        _, component = connected_components(matrix, directed=False)
        moving = np.isin(component, component[handles])
        self.moving = moving
        fixed = np.zeros(len(vertices), dtype=bool)
        fixed[handles] = True
        self.free = np.flatnonzero(moving & ~fixed)
        self.matrix = matrix
        arcs = sparse.triu(matrix, k=1).tocoo()
        self.starts, self.ends, self.weights = arcs.row, arcs.col, -arcs.data
        self.sides = self.vertices[self.starts] - self.vertices[self.ends]
        self.size = float(self.weights @ (self.sides**2).sum(axis=1))
        self.factor = splu(matrix[self.free][:, self.free].tocsc()) if len(self.free) else None

    def start(self, targets: np.ndarray) -> np.ndarray:
        """Moves rigidly with the handles, and spreads what they do beyond that smoothly: a Laplacian deformation."""
        rigidly = self.vertices.copy()
        rigidly[self.moving] = apply(_motion(self.vertices[self.handles], targets), self.vertices[self.moving])
        nothing = np.zeros_like(rigidly)
        start = rigidly + self._solve(nothing, targets - rigidly[self.handles], nothing)
        start[self.handles] = targets
        return start

    def places(self, rotations: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Finds the best places for rotations (eq. 9)."""
        turned = np.einsum("eij,ej->ei", rotations[self.starts] + rotations[self.ends], self.sides)
        turned *= self.weights[:, None] / 2
        right = np.zeros_like(self.vertices)
        for axis in range(3):
            right[:, axis] = np.bincount(self.starts, turned[:, axis], minlength=len(right))
            right[:, axis] -= np.bincount(self.ends, turned[:, axis], minlength=len(right))
        return self._solve(right, targets, self.vertices)

    def _solve(self, right: np.ndarray, at_handles: np.ndarray, elsewhere: np.ndarray) -> np.ndarray:
        """Solves L x = right with x given at handles and in parts that stay."""
        x = elsewhere.copy()
        x[self.handles] = at_handles
        if self.factor is not None:
            known = right[self.free] - self.matrix[self.free][:, self.handles] @ at_handles
            x[self.free] = self.factor.solve(known)
        return x

    def rotations(self, bent: np.ndarray) -> np.ndarray:
        """Finds the best rotation of each vertex's surroundings, `(V, 3, 3)` (eq. 6)."""
        products = np.einsum(
            "e,ei,ej->eij", self.weights, bent[self.starts] - bent[self.ends], self.sides, optimize=True
        ).reshape(-1, 9)
        sums = np.zeros((len(self.vertices), 9))
        for entry in range(9):
            for ends in (self.starts, self.ends):
                sums[:, entry] += np.bincount(ends, products[:, entry], minlength=len(sums))
        u, _, vt = np.linalg.svd(sums.reshape(-1, 3, 3))
        u[:, :, 2] *= np.sign(np.linalg.det(u) * np.linalg.det(vt))[:, None]
        return u @ vt

    def energy(self, bent: np.ndarray, rotations: np.ndarray) -> float:
        """Adds up what is not rigid, each edge once for each of its ends."""
        sides = bent[self.starts] - bent[self.ends]
        return sum(
            float(self.weights @ ((sides - np.einsum("eij,ej->ei", rotations[ends], self.sides)) ** 2).sum(axis=1))
            for ends in (self.starts, self.ends)
        )


def _motion(handles: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Finds the rigid motion of handles, `(4, 4)`; only their shift where a line of them leaves the turn open."""
    spread = np.linalg.svd(handles - handles.mean(axis=0), compute_uv=False)
    if len(handles) < 3 or spread[1] < 1e-6 * spread[0]:
        return rigid(np.eye(3), targets.mean(axis=0) - handles.mean(axis=0))
    return procrustes(handles, targets)
