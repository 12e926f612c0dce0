"""Fewer triangles for the same shape: quadric error metrics, with uv, parts and borders kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Mesh
from facerecon.geometry import collapse
from facerecon.geometry.edge_table import EdgeTable, edge_table
from facerecon.geometry.normals import triangle_normals
from facerecon.mesh.collapsing import collapsed, compact, refused, uv_targets
from facerecon.mesh.creases import creases

CREASE_WEIGHT = 10.0
"""How much more a line costs than a surface that moves as far."""
CHEAP = 0.1
"""Share of the collapses that count as cheap."""
DEARER = 4.0
"""A round takes collapses that cost up to so many times what cheap ones do: as one at a time, in far fewer rounds."""
SHORTER = 1e-4
"""Where nothing bends, short edges go first; as a share of the length's square."""


@dataclass(frozen=True, eq=False)
class Level:
    """A level of detail."""

    mesh: Mesh
    "with fewer triangles"
    vertices: np.ndarray
    "`(V2,)` which vertex of the mesh before each one is: it has not moved, so morphs and colours are `data[vertices]`"

    def __post_init__(self):
        object.__setattr__(self, "vertices", read_only(self.vertices, np.int64))


def decimate(mesh: Mesh, triangles: int, sharp: float | None = None) -> Level:
    """Takes triangles away until no more than so many are left; see `level_steps`."""
    *_, last = level_steps(mesh, [triangles], sharp)
    return last


def level_steps(mesh: Mesh, counts: Sequence[int], sharp: float | None = None) -> Iterator[Level]:
    """Makes levels of detail, each from the one before, by half-edge collapses that cost the least.

    The cost of a collapse is the sum of squared distances of the place where the vertex goes from the planes of all
    triangles that met there (Garland and Heckbert 1997), and from planes that stand upright on borders, uv seams and
    the outlines of parts (Garland and Heckbert 1998), along which alone their own vertices may go.

    Args:
        mesh: any; where it is no surface it stays as it is.
        counts: of triangles, falling.
        sharp: radians: edges at which the surface turns by more are such lines too; None: they are not.

    Yields:
        A level for each count. It has more triangles than that only where no collapse is possible.
    """
    work = _Work(mesh, sharp)
    for count in counts:
        while len(work.triangles) > count and work.round(count):
            pass
        yield work.level()


class _Work:
    """A mesh on the way down; rows of vertices and uv stay what they were."""

    def __init__(self, mesh: Mesh, sharp: float | None):
        self.mesh, self.sharp = mesh, sharp
        self.quadrics = _quadrics(mesh, sharp)
        self.refused, self.changed = np.zeros(0, dtype=np.int64), False

    @property
    def triangles(self) -> np.ndarray:
        return self.mesh.triangles

    def round(self, least: int) -> bool:
        """Collapses many edges; tells whether there is hope for another round."""
        table, count = edge_table(self.triangles), len(self.mesh.vertices)
        cost = self.costs(table)
        cost[~collapse.along_creases(table, creases(self.mesh, table, self.sharp), count)] = np.inf
        key = table.ends * count + table.ends[:, ::-1]
        cost[np.isin(key, self.refused)] = np.inf
        target, edge, price = collapse.cheapest(table, cost, count)
        uv_target = uv_targets(self.mesh, table, target, edge)
        bad = refused(self.mesh, table, target, edge, uv_target)
        goes = np.flatnonzero(bad)
        self.refused = np.r_[self.refused, goes * count + target[goes]]
        price[bad] = np.inf
        good = np.isfinite(price)
        if not good.any():
            # What was refused once may be possible since the mesh around it has changed.
            again = len(goes) > 0 or self.changed
            if not len(goes):
                self.refused, self.changed = self.refused[:0], False
            return again
        price[price > DEARER * np.quantile(price[good], CHEAP)] = np.inf
        chosen = np.flatnonzero(collapse.independent(table, price))
        # Each takes two triangles, one at a border: the last round stops at the count.
        gone = np.cumsum(table.count[edge[chosen[np.argsort(price[chosen])]]])
        chosen = chosen[np.argsort(price[chosen])][: np.searchsorted(gone, len(self.triangles) - least) + 1]
        np.add.at(self.quadrics, target[chosen], self.quadrics[chosen])
        self.mesh, self.changed = collapsed(self.mesh, chosen, target, uv_target), True
        return True

    def costs(self, table: EdgeTable) -> np.ndarray:
        """Gives the `(E, 2)` costs of moving the first end onto the second, and back."""
        vertices = self.mesh.vertices
        both = self.quadrics[table.ends[:, 0]] + self.quadrics[table.ends[:, 1]]
        place = np.insert(vertices, 3, 1, axis=1)
        short = SHORTER * ((vertices[table.ends[:, 0]] - vertices[table.ends[:, 1]]) ** 2).sum(axis=1)
        short = short * both[:, :3, :3].trace(axis1=1, axis2=2)
        ends = (place[table.ends[:, k]] for k in (1, 0))
        return np.column_stack([np.einsum("ni,nij,nj->n", end, both, end) + short for end in ends])

    def level(self) -> Level:
        """Gives the mesh without the vertices and uv that no triangle uses any more."""
        return Level(*compact(self.mesh))


def _quadrics(mesh: Mesh, sharp: float | None) -> np.ndarray:
    """Sums by vertex, `(V, 4, 4)`, the squared distances from the planes of its triangles, by area, and of creases."""
    corners = mesh.vertices[mesh.triangles]
    normals = triangle_normals(mesh.vertices, mesh.triangles)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    result = np.zeros((len(mesh.vertices), 4, 4))
    _add(result, mesh.triangles, _plane(normals, corners[:, 0], area / 3))
    table = edge_table(mesh.triangles)
    crease = creases(mesh, table, sharp)
    for side in range(2):
        rows = np.flatnonzero(crease & (table.triangles[:, side] >= 0))
        ends = table.ends[rows]
        along = mesh.vertices[ends[:, 1]] - mesh.vertices[ends[:, 0]]
        upright = np.cross(along, normals[table.triangles[rows, side]])
        length = np.linalg.norm(upright, axis=1)
        upright = upright / np.where(length > 0, length, 1)[:, None]
        _add(result, ends, _plane(upright, mesh.vertices[ends[:, 0]], CREASE_WEIGHT * length**2))
    return result


def _plane(normal: np.ndarray, point: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Gives the `(N, 4, 4)` forms whose value at (x, 1) is weight · (normal · (x - point))²."""
    plane = np.column_stack([normal, -np.einsum("nk,nk->n", normal, point)])
    return weight[:, None, None] * plane[:, :, None] * plane[:, None, :]


def _add(sums: np.ndarray, rows: np.ndarray, forms: np.ndarray) -> None:
    """Adds each form to the vertices of its row (changes `sums`)."""
    for k in range(rows.shape[1]):
        np.add.at(sums, rows[:, k], forms)
