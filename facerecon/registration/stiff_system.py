"""The sparse system of non-rigid ICP: one affine map a vertex, neighbours' maps alike (Amberg et al. 2007, eq. 12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from facerecon.core.arrays import check_shape, read_only
from facerecon.geometry.graph import edges

_SYMMETRIC = {"diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
"""For SuperLU: the matrix is symmetric and positive definite, so it needs no pivots."""


@dataclass(frozen=True, eq=False)
class LandmarkPairs:
    """Points of the template, and where they lie on the scan."""

    triangle: np.ndarray
    "`(L,)` row of the template's triangles"
    weights: np.ndarray
    "`(L, 3)` barycentric, sum 1"
    targets: np.ndarray
    "`(L, 3)` mm, in the template's frame"
    information: np.ndarray | None = None
    "`(L,)` >= 0: how much each counts; None: 1"

    def __post_init__(self):
        count = check_shape(self.targets, ("L", 3), "targets")["L"]
        check_shape(self.weights, (count, 3), "weights")
        information = np.ones(count) if self.information is None else self.information
        for name, value, dtype in (
            ("triangle", self.triangle, np.int64),
            ("weights", self.weights, np.float64),
            ("targets", self.targets, np.float64),
            ("information", information, np.float64),
        ):
            object.__setattr__(self, name, read_only(np.asarray(value), dtype))


class StiffSystem:
    """Solves for the affine maps X `(4V, 3)` that take template vertices to their targets, stiffly.

        E(X) = α Σ_e s_e ‖((M ⊗ G) X)_e‖² + Σ_v w_v |X_vᵀ (v, 1) − u_v|²
             + β Σ_l i_l |Σ_k b_lk X_kᵀ (v_k, 1) − l|² + ρ ‖X − X₀‖²

    M is the node-arc incidence matrix, G = diag(1, 1, 1, γ), s_e an edge's own factor. The last term, which the paper
    has not, draws to the undeformed X₀: it decides where neither scan nor landmarks do, as at the back of a head.

    Args:
        vertices: `(V, 3)` mm.
        triangles: `(T, 3)`, one connected surface.
        landmarks: or None.
        gamma: γ.
    """

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray, landmarks: LandmarkPairs | None, gamma: float):
        count = check_shape(vertices, ("V", 3), "vertices")["V"]
        self._centre = vertices.mean(axis=0)
        self._size = float(np.linalg.norm(vertices - self._centre, axis=1).max())
        homogeneous = np.column_stack([(vertices - self._centre) / self._size, np.ones(count)])
        rows = np.repeat(np.arange(count), 4)
        self._at = sparse.csr_matrix((homogeneous.ravel(), (rows, np.arange(4 * count))), shape=(count, 4 * count))
        self.edges = edges(triangles)
        "`(E, 2)` rows of the vertices"
        self._incidence = _incidence(self.edges, count)
        self._gamma = sparse.diags([1, 1, 1, gamma**2])
        self._order = (_elimination_order(self._incidence)[:, None] * 4 + np.arange(4)).ravel()
        self._rest = np.tile(np.eye(4, 3), (count, 1))
        self._landmarks = landmarks
        if landmarks is not None:
            shape = (len(landmarks.targets), count)
            at = (landmarks.weights.ravel(), (np.repeat(np.arange(shape[0]), 3), triangles[landmarks.triangle].ravel()))
            self._landmarks_at = sparse.csr_matrix(at, shape=shape) @ self._at

    def solve(
        self, targets: np.ndarray, weights: np.ndarray, stiffness: np.ndarray, landmark_weight: float, rest: float
    ) -> np.ndarray:
        """Moves the template.

        Args:
            targets: `(V, 3)` mm; those of weight 0 are not looked at.
            weights: `(V,)` w >= 0.
            stiffness: `(E,)` α s, by edge.
            landmark_weight: β.
            rest: ρ > 0.

        Returns:
            vertices: `(V, 3)` mm.
        """
        laplacian = self._incidence.T @ sparse.diags(stiffness) @ self._incidence
        matrix = sparse.kron(laplacian, self._gamma, format="csr") + rest * sparse.identity(len(self._rest))
        weighted = self._at.T @ sparse.diags(weights)
        matrix = matrix + weighted @ self._at
        right = rest * self._rest + weighted @ self._inwards(np.where(weights[:, None] > 0, targets, self._centre))
        if self._landmarks is not None and landmark_weight > 0:
            weighted = self._landmarks_at.T @ sparse.diags(landmark_weight * self._landmarks.information)
            matrix = matrix + weighted @ self._landmarks_at
            right = right + weighted @ self._inwards(self._landmarks.targets)
        inner = matrix.tocsr()[self._order][:, self._order].tocsc()
        maps = np.empty_like(right)
        maps[self._order] = splu(inner, permc_spec="NATURAL", **_SYMMETRIC).solve(right[self._order])
        return self._at @ maps * self._size + self._centre

    def _inwards(self, points: np.ndarray) -> np.ndarray:
        """Turns mm into the system's own unit, in which the template has radius 1."""
        return (points - self._centre) / self._size


def _incidence(pairs: np.ndarray, count: int) -> sparse.csr_matrix:
    """Builds the node-arc incidence matrix: one row an edge, -1 at its start and +1 at its end."""
    rows = np.repeat(np.arange(len(pairs)), 2)
    return sparse.csr_matrix((np.tile([-1.0, 1.0], len(pairs)), (rows, pairs.ravel())), shape=(len(pairs), count))


def _elimination_order(incidence: sparse.csr_matrix) -> np.ndarray:
    """Finds in which order to eliminate vertices so that the factors stay sparse: minimum degree, `(V,)`.

    Found on the graph of vertices, which has a sixteenth of the whole matrix's entries; it is the same at every step.
    """
    graph = (incidence.T @ incidence + sparse.identity(incidence.shape[1])).tocsc()
    return np.argsort(splu(graph, permc_spec="MMD_AT_PLUS_A", **_SYMMETRIC).perm_c)
