"""Points spread over a surface, by area."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def sample_surface(
    vertices: np.ndarray, triangles: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draws points of a surface, each spot as likely as any other (Osada et al. 2002, section 3.1).

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`, not all without area.
        count: how many.
        rng: draws them.

    Returns:
        triangle: `(count,)` rows of `triangles`.
        weights: `(count, 3)` barycentric coordinates in them.
    """
    check_shape(vertices, ("V", 3), "vertices")
    check_shape(triangles, ("T", 3), "triangles")
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    triangle = rng.choice(len(triangles), count, p=area / area.sum())
    return triangle, rng.dirichlet((1, 1, 1), count)
