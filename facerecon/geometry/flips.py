"""Edge flips, many at once: two triangles exchange the diagonal of the quadrilateral that they make."""

from __future__ import annotations

import numpy as np

from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.normals import triangle_normals

ROUNDS = 8
FLATTEST = np.cos(np.radians(50))
"""New triangles turn by less than this from the old ones."""


def even_valences(vertices: np.ndarray, triangles: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Flips edges until no flip brings vertices nearer to six neighbours, or four on a border.

    Botsch and Kobbelt 2004, “A remeshing approach to multiresolution modeling”, section 4.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        keep: `(N, 2)` edges that must stay.

    Returns:
        `(T, 3)` over the same vertices; rows whose triangle was flipped hold its new ones.
    """
    triangles = np.array(triangles)
    kept = np.sort(np.asarray(keep).reshape(-1, 2), axis=1) @ (len(vertices), 1)
    for _ in range(ROUNDS):
        if not _flip_round(vertices, triangles, kept):
            break
    return triangles


def _flip_round(vertices: np.ndarray, triangles: np.ndarray, kept: np.ndarray) -> int:
    """Flips edges that have no corner in common (changes `triangles`); tells how many."""
    table, count = edge_table(triangles), len(vertices)
    wanted = np.full(count, 6)
    wanted[table.ends[table.count != 2]] = 4
    excess = np.bincount(table.ends.ravel(), minlength=count) - wanted
    keys = table.ends @ (count, 1)
    rows = np.flatnonzero((table.count == 2) & ~np.isin(keys, kept))
    ends, across = table.ends[rows], table.opposite[rows]
    gain = (excess[ends] ** 2 - (excess[ends] - 1) ** 2).sum(axis=1)
    gain += (excess[across] ** 2 - (excess[across] + 1) ** 2).sum(axis=1)
    new = np.sort(across, axis=1)
    good = (gain > 0) & (new[:, 0] != new[:, 1]) & ~np.isin(new @ (count, 1), keys)
    rows, gain = rows[good], gain[good]
    pairs, fresh = _exchanged(triangles, table.ends[rows], table.opposite[rows], table.triangles[rows])
    fine = _stays_flat(vertices, triangles, pairs, fresh)
    rows, gain, pairs, fresh = rows[fine], gain[fine], pairs[fine], fresh[fine]
    # An edge goes first when none at any of its four corners is better.
    rank = np.empty(len(rows), dtype=np.int64)
    rank[np.argsort(-gain, kind="stable")] = np.arange(len(rows))
    corners = np.column_stack([table.ends[rows], table.opposite[rows]])
    least = np.full(count, len(rows))
    np.minimum.at(least, corners.ravel(), np.repeat(rank, 4))
    first = (least[corners] == rank[:, None]).all(axis=1)
    triangles[pairs[first]] = fresh[first]
    return int(first.sum())


def _exchanged(
    triangles: np.ndarray, ends: np.ndarray, across: np.ndarray, pairs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gives which triangles change, `(N, 2)`, and what they become, `(N, 2, 3)`, wound as before."""
    first = triangles[pairs[:, 0]]
    at = (first == across[:, :1]).argmax(axis=1)
    start = np.take_along_axis(first, (at[:, None] + 1) % 3, axis=1)[:, 0]
    end = ends.sum(axis=1) - start
    # The first triangle is (c, start, end), the second (d, end, start).
    c, d = across.T
    return pairs, np.stack([np.stack([c, start, d], 1), np.stack([c, d, end], 1)], axis=1)


def _stays_flat(vertices: np.ndarray, triangles: np.ndarray, pairs: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Tells for which flips, `(N,)`, both new triangles look where both old ones looked."""
    before = [triangle_normals(vertices, triangles[pairs[:, k]]) for k in range(2)]
    after = [triangle_normals(vertices, fresh[:, k]) for k in range(2)]
    return np.min([np.einsum("nk,nk->n", a, b) for a in after for b in before], axis=0) > FLATTEST
