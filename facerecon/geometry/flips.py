"""Edge flips, many at once: two triangles exchange the diagonal of the quadrilateral that they make."""

from __future__ import annotations

import numpy as np

from facerecon.geometry.collapse import flat_area
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.normals import triangle_normals

ROUNDS = 8
FLATTEST = np.cos(np.radians(50))
"""New triangles turn by less than this from the old ones."""


def even_valences(
    vertices: np.ndarray,
    triangles: np.ndarray,
    keep: np.ndarray,
    uv: np.ndarray | None = None,
    uv_triangles: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Flips edges until no flip brings vertices nearer to six neighbours, or four on a border.

    Botsch and Kobbelt 2004, “A remeshing approach to multiresolution modeling”, section 4.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
        keep: `(N, 2)` edges that must stay, uv seams among them.
        uv: `(U, 2)`, where no triangle turns over either; None: there are none.
        uv_triangles: `(T, 3)` or None.

    Returns:
        `(T, 3)` over the same vertices, and over the same uv; rows whose triangle was flipped hold its new ones.
    """
    triangles, uv_triangles = np.array(triangles), None if uv_triangles is None else np.array(uv_triangles)
    kept = np.sort(np.asarray(keep).reshape(-1, 2), axis=1) @ (len(vertices), 1)
    for _ in range(ROUNDS):
        if not _flip_round(vertices, triangles, kept, uv, uv_triangles):
            break
    return triangles, uv_triangles


def _flip_round(
    vertices: np.ndarray,
    triangles: np.ndarray,
    kept: np.ndarray,
    uv: np.ndarray | None,
    uv_triangles: np.ndarray | None,
) -> int:
    """Flips edges that have no corner in common (changes both triangles); tells how many."""
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
    pairs, places = table.triangles[rows], _places(triangles, table.opposite[rows], table.triangles[rows])
    fresh = _exchanged(triangles, pairs, places)
    fine = _stays_flat(vertices, triangles, pairs, fresh)
    if uv_triangles is not None:
        uv_fresh = _exchanged(uv_triangles, pairs, places)
        signs = np.sign([flat_area(uv[each]) for each in (*uv_triangles[pairs.T], *uv_fresh.transpose(1, 0, 2))])
        fine &= np.abs(signs.sum(axis=0)) == 4
        uv_fresh = uv_fresh[fine]
    rows, gain, pairs, fresh = rows[fine], gain[fine], pairs[fine], fresh[fine]
    # An edge goes first when none at any of its four corners is better.
    rank = np.empty(len(rows), dtype=np.int64)
    rank[np.argsort(-gain, kind="stable")] = np.arange(len(rows))
    corners = np.column_stack([table.ends[rows], table.opposite[rows]])
    least = np.full(count, len(rows))
    np.minimum.at(least, corners.ravel(), np.repeat(rank, 4))
    first = (least[corners] == rank[:, None]).all(axis=1)
    triangles[pairs[first]] = fresh[first]
    if uv_triangles is not None:
        uv_triangles[pairs[first]] = uv_fresh[first]
    return int(first.sum())


def _places(triangles: np.ndarray, across: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Finds at which place of its triangle each corner across the edge stands, `(N, 2)`."""
    return (triangles[pairs] == across[:, :, None]).argmax(axis=2)


def _exchanged(triangles: np.ndarray, pairs: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Gives what pairs of triangles become, `(N, 2, 3)`, wound as before; see `_places`."""
    one, two = triangles[pairs[:, 0]], triangles[pairs[:, 1]]
    # The first triangle is (c, start, end), the second (d, end, start).
    c, start, end = (np.take_along_axis(one, (places[:, :1] + k) % 3, axis=1)[:, 0] for k in range(3))
    d = np.take_along_axis(two, places[:, 1:], axis=1)[:, 0]
    return np.stack([np.stack([c, start, d], 1), np.stack([c, d, end], 1)], axis=1)


def _stays_flat(vertices: np.ndarray, triangles: np.ndarray, pairs: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Tells for which flips, `(N,)`, both new triangles look where both old ones looked."""
    before = [triangle_normals(vertices, triangles[pairs[:, k]]) for k in range(2)]
    after = [triangle_normals(vertices, fresh[:, k]) for k in range(2)]
    return np.min([np.einsum("nk,nk->n", a, b) for a in after for b in before], axis=0) > FLATTEST
