"""Which triangles meet at which edges: what everything that changes a mesh's triangles has to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape


@dataclass(frozen=True, eq=False)
class EdgeTable:
    ends: np.ndarray
    "`(E, 2)` vertices, the smaller first, sorted"
    of_triangle: np.ndarray
    "`(T, 3)` rows of `ends`: edge k of a triangle runs from its corner k to the next"
    count: np.ndarray
    "`(E,)` how many triangles have the edge: 1 at a border, 2 inside, more where the surface is no surface"
    triangles: np.ndarray
    "`(E, 2)` two of them, -1 where there is none"
    opposite: np.ndarray
    "`(E, 2)` their corners across the edge, -1 where there is none"

    @property
    def border(self) -> np.ndarray:
        """`(E,)` bool: edges of one triangle."""
        return self.count == 1


def edge_table(triangles: np.ndarray) -> EdgeTable:
    """Finds the undirected edges of `(T, 3)` triangles and what lies on both sides of them."""
    check_shape(triangles, ("T", 3), "triangles")
    pairs = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    size = int(pairs.max(initial=0)) + 1
    keys, inverse, count = np.unique(pairs[:, 0] * size + pairs[:, 1], return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    first = np.cumsum(count) - count
    sides = np.full((len(keys), 2), -1)
    sides[:, 0] = order[first]
    twice = count > 1
    sides[twice, 1] = order[first[twice] + 1]
    return EdgeTable(
        ends=np.column_stack([keys // size, keys % size]),
        of_triangle=inverse.reshape(-1, 3),
        count=count,
        triangles=np.where(sides >= 0, sides // 3, -1),
        # The corner across edge k is corner k + 2.
        opposite=np.where(sides >= 0, triangles[sides // 3, (sides + 2) % 3], -1),
    )
