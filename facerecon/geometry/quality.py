"""How well shaped the triangles of a mesh are."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def triangle_quality(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Measures shapes by 4 √3 area / (sum of squared sides) (Bank and Smith 1997).

    Args:
        vertices: `(V, 3)`, any unit.
        triangles: `(T, 3)`.

    Returns:
        `(T,)` in [0, 1]: 1 for an equilateral triangle, 0 for one without area.
    """
    check_shape(vertices, ("V", 3), "vertices")
    check_shape(triangles, ("T", 3), "triangles")
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    double_area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    squares = sum((side**2).sum(axis=1) for side in (b - a, c - b, a - c))
    return 2 * np.sqrt(3) * double_area / np.where(squares > 0, squares, 1)


def aspect_ratio(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Measures circumscribed radius / (2 × inscribed radius), `(T,)`: 1 for an equilateral triangle, inf for a needle.

    Args:
        vertices: `(V, 3)`, any unit.
        triangles: `(T, 3)`.
    """
    check_shape(vertices, ("V", 3), "vertices")
    check_shape(triangles, ("T", 3), "triangles")
    corners = vertices[triangles]
    a, b, c = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).T
    # R = abc / 4A, r = A / s and Heron's A² = s (s - a)(s - b)(s - c).
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a * b * c / np.maximum((b + c - a) * (c + a - b) * (a + b - c), 0)
    return np.where(a * b * c > 0, ratio, np.inf)
