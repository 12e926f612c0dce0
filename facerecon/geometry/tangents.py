"""The frame in which a normal map is read."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def vertex_tangents(vertices: np.ndarray, triangles: np.ndarray, uv: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Finds at each vertex the direction in which a texture runs to the right (Lengyel 2001, “Computing tangent space
    basis vectors for an arbitrary mesh”).

    Args:
        vertices: `(N, 3)`, one uv each.
        triangles: `(M, 3)`.
        uv: `(N, 2)`, origin top left.
        normals: `(N, 3)` of length 1.

    Returns:
        `(N, 4)`: the direction, of length 1 and square to the normal, and ±1: by that factor normal × direction points
        to the texture's top.
    """
    count = check_shape(vertices, ("N", 3), "vertices")["N"]
    check_shape(uv, (count, 2), "uv")
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    (u1, v1), (u2, v2) = ((uv[triangles[:, k]] - uv[triangles[:, 0]]).T for k in (1, 2))
    turn = u1 * v2 - u2 * v1
    # The direction times the triangle's share in uv: needles without an area there say nothing.
    right = np.sign(turn)[:, None] * (v2[:, None] * (b - a) - v1[:, None] * (c - a))
    down = np.sign(turn)[:, None] * (u1[:, None] * (c - a) - u2[:, None] * (b - a))
    sums = []
    for values in (right, down):
        total = np.zeros((count, 3))
        for k in range(3):
            np.add.at(total, triangles[:, k], values)
        sums.append(total)
    tangents = sums[0] - (sums[0] * normals).sum(axis=1, keepdims=True) * normals
    # Where the texture has no direction, any that is square to the normal will do.
    axes = np.eye(3)[np.abs(normals).argmin(axis=1)]
    lost = np.linalg.norm(tangents, axis=1) < 1e-20
    tangents[lost] = np.cross(normals, axes)[lost]
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    upward = -(np.cross(normals, tangents) * sums[1]).sum(axis=1)
    return np.column_stack([tangents, np.where(upward < 0, -1.0, 1.0)])
