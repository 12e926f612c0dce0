"""Closes a hole with the triangles of least area."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def fill_loop(vertices: np.ndarray, loop: np.ndarray) -> np.ndarray:
    """Triangulates a closed line of vertices so that the area is the least (Barequet and Sharir 1995, section 4.1).

    Dynamic programming over its chords: the best lid over i … k is a triangle i, m, k between the best lids over i … m
    and over m … k. The cost grows with the cube of the length.

    Args:
        vertices: `(V, 3)`.
        loop: `(N,)` rows of them, N ≥ 3, the surface on its left, as `topology.border_loops` gives them.

    Returns:
        `(N - 2, 3)` triangles that wind like the surface around the hole.
    """
    count = check_shape(loop, ("N",), "loop")["N"]
    if count < 3:
        raise ValueError("a hole has at least three edges")
    points = np.asarray(vertices, dtype=np.float64)[loop]
    cost, best = np.zeros((count, count)), np.zeros((count, count), dtype=np.int64)
    for span in range(2, count):
        for i in range(count - span):
            k = i + span
            middle = np.arange(i + 1, k)
            area = np.linalg.norm(np.cross(points[middle] - points[i], points[k] - points[i]), axis=1)
            total = cost[i, middle] + cost[middle, k] + area
            least = total.argmin()
            cost[i, k], best[i, k] = total[least], middle[least]
    result, open_ = [], [(0, count - 1)]
    while open_:
        i, k = open_.pop()
        if k - i < 2:
            continue
        m = best[i, k]
        result.append((i, k, m))
        open_ += [(i, m), (m, k)]
    return loop[np.array(result)]
