"""Distances along a surface: from a point to everywhere, and the shortest path between two points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from facerecon.core.arrays import check_shape
from facerecon.geometry.funnel import pull_string
from facerecon.geometry.graph import edges

STEINER = 4
"""Points on each edge through which the first path may go."""
TURNS = 200
"""How many vertices a path is led around, at most."""
_TINY = 1e-9


@dataclass(frozen=True)
class Spot:
    """A point of a surface."""

    triangle: int
    "row of the triangles"
    weights: tuple[float, float, float]
    "barycentric, sum 1"

    def place(self, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """Gives where it is, `(3,)`."""
        return np.array(self.weights) @ vertices[triangles[self.triangle]]


@dataclass(frozen=True, eq=False)
class _Route:
    """Crossings of edges, from one spot to the other."""

    crossed: np.ndarray
    "`(P,)` edges"
    shares: np.ndarray
    "`(P,)` in [0, 1]: where"
    length: float
    "of the path through them"
    caught: tuple[int, ...]
    "the vertices at which it bends"


class Geodesics:
    """A surface prepared for distances along it.

    Args:
        vertices: `(V, 3)`.
        triangles: `(T, 3)`.
    """

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray):
        check_shape(vertices, ("V", 3), "vertices")
        check_shape(triangles, ("T", 3), "triangles")
        self.vertices, self.triangles = np.asarray(vertices, np.float64), np.asarray(triangles)

    def distances(self, spot: Spot) -> np.ndarray:
        """Finds how far every vertex is from a spot, `(V,)`: by Dijkstra's algorithm through points on every edge.

        They are never shorter than the true distances, and on even meshes some hundredths longer (Lanthier, Maheshwari
        and Sack 1997); inf for what is not connected with the spot.
        """
        found, _ = self._search([spot])
        corners = self.vertices[self.triangles]
        away = np.linalg.norm(self._places[self._nodes][:, None] - corners[:, :, None], axis=3)
        through = (away + found[self._nodes][:, None]).min(axis=2)
        result = np.full(len(self.vertices), np.inf)
        np.minimum.at(result, self.triangles.ravel(), through.ravel())
        near = self.triangles[spot.triangle]
        straight = np.linalg.norm(self.vertices[near] - spot.place(self.vertices, self.triangles), axis=1)
        result[near] = np.minimum(result[near], straight)
        return result

    def path(self, start: Spot, end: Spot) -> np.ndarray:
        """Finds the shortest path, `(P, 3)` places, from a spot to another; straight in every triangle.

        Dijkstra's algorithm finds it among paths through a few points of every edge. The triangles that it passes are
        unfolded into the plane, and a string is pulled tight through them. Where it is caught at a vertex it is led
        around the other side if that is shorter, until it is nowhere. What is left is a geodesic: nothing near it is
        shorter (compare Sharp and Crane 2020, who flip edges to the same end).

        Raises:
            ValueError: the spots lie on parts that are not connected.
        """
        first, last = (spot.place(self.vertices, self.triangles) for spot in (start, end))
        if start.triangle == end.triangle:
            return np.stack([first, last])
        route = self._tight(first, last, self._first_route(start, end))
        for _ in range(TURNS):
            shorter = self._shorter(first, last, route)
            if shorter is None:
                break
            route = shorter
        a, b = self._ends(route.crossed)
        return np.vstack([first, a + route.shares[:, None] * (b - a), last])

    def _search(self, spots: list[Spot]) -> tuple[np.ndarray, np.ndarray]:
        """Runs Dijkstra's algorithm from the first of some spots, which are nodes after all others."""
        rows, columns, lengths = self._links
        count, more = len(self._places), []
        for node, spot in enumerate(spots, count):
            nodes = self._nodes[spot.triangle]
            away = np.linalg.norm(self._places[nodes] - spot.place(self.vertices, self.triangles), axis=1)
            more.append((np.full(len(nodes), node), nodes, away))
        rows, columns, lengths = (
            np.concatenate([mine, *(each[k] for each in more)]) for k, mine in enumerate((rows, columns, lengths))
        )
        size = count + len(spots)
        # A length of 0 would mean "no link" to a sparse graph.
        graph = csr_matrix((np.maximum(lengths, _TINY), (rows, columns)), shape=(size, size))
        return dijkstra(graph, directed=False, indices=count, return_predecessors=True)

    def _first_route(self, start: Spot, end: Spot) -> np.ndarray:
        """Finds which edges `(P,)` a nearly shortest path crosses."""
        _, before = self._search([start, end])
        source = len(self._places)
        chain, node = [], int(before[source + 1])
        while node != source:
            if node < 0:
                raise ValueError("the two spots lie on parts of the surface that are not connected")
            chain.append(node)
            node = int(before[node])
        return np.array(chain[::-1], dtype=np.int64) // STEINER

    def _tight(self, first: np.ndarray, last: np.ndarray, crossed: np.ndarray) -> _Route:
        """Finds the shortest path between two places through given edges."""
        start, end, sides, vertices = self._unfolded(first, last, crossed)
        corners = pull_string(start, end, *sides)
        stops = np.vstack([start, *(sides[side][gate] for gate, side in corners), end])
        gates = np.array([-1, *(gate for gate, _ in corners), len(crossed)])
        # The piece between two corners crosses the gates between theirs.
        piece = np.searchsorted(gates, np.arange(len(crossed)), side="right") - 1
        origin, along = stops[piece], stops[piece + 1] - stops[piece]
        gap = sides[1] - sides[0]
        across = _cross(along, gap)
        share = np.clip(_cross(along, origin - sides[0]) / np.where(across == 0, 1, across), 0, 1)
        for gate, side in corners:
            share[vertices[:, side] == vertices[gate, side]] = side
        flipped = self._edges[crossed, 0] != vertices[:, 0]
        caught = [int(vertices[gate, side]) for gate, side in corners]
        length = float(np.linalg.norm(np.diff(stops, axis=0), axis=1).sum())
        return _Route(crossed, np.where(flipped, 1 - share, share), length, tuple(dict.fromkeys(caught)))

    def _unfolded(
        self, first: np.ndarray, last: np.ndarray, crossed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lays the triangles between two places flat, one after the other.

        Returns:
            start: `(2,)`.
            end: `(2,)`.
            sides: `(2, P, 2)` the left and the right ends of the edges.
            vertices: `(P, 2)` which vertices those are.
        """
        left, right = self._edges[crossed[0]].tolist()
        flat = [np.zeros(2), np.array([np.linalg.norm(self.vertices[right] - self.vertices[left]), 0.0])]
        start = _beside(*flat, *self.vertices[[left, right]], first, -1.0)
        sides, vertices = [np.array(flat)], [(left, right)]
        for edge in crossed[1:].tolist():
            ends = self._edges[edge].tolist()
            new = next(vertex for vertex in ends if vertex not in (left, right))
            place = _beside(*flat, *self.vertices[[left, right]], self.vertices[new], 1.0)
            if left in ends:
                right, flat = new, [flat[0], place]
            else:
                left, flat = new, [place, flat[1]]
            sides.append(np.array(flat))
            vertices.append((left, right))
        end = _beside(*flat, *self.vertices[[left, right]], last, 1.0)
        return start, end, np.array(sides).transpose(1, 0, 2), np.array(vertices)

    def _shorter(self, first: np.ndarray, last: np.ndarray, route: _Route) -> _Route | None:
        """Leads a route around the other side of a vertex at which it is caught; None: nowhere is that shorter."""
        for vertex in route.caught:
            touches = np.flatnonzero((self._edges[route.crossed] == vertex).any(axis=1))
            begin, stop = touches[0], touches[-1] + 1
            other = self._other_side(vertex, route.crossed[begin:stop])
            if other is None:
                continue
            crossed = np.concatenate([route.crossed[:begin], other, route.crossed[stop:]])
            if not len(crossed):
                continue
            found = self._tight(first, last, crossed)
            if found.length < route.length * (1 - 1e-10):
                return found
        return None

    def _other_side(self, vertex: int, crossed: np.ndarray) -> np.ndarray | None:
        """Gives the edges that a path crosses which passes a vertex on the other side; None: there is a border."""
        fan = self._fan(vertex)
        rows = [fan.index(edge) if edge in fan else -1 for edge in crossed.tolist()]
        if min(rows, default=-1) < 0:
            return None
        count = len(fan)
        step = 1 if len(rows) == 1 or (rows[1] - rows[0]) % count == 1 else -1
        if any((later - row) % count != step % count for row, later in zip(rows, rows[1:], strict=False)):
            return None
        left = count - len(rows)
        return np.array([fan[(rows[0] - step * (k + 1)) % count] for k in range(left)], dtype=np.int64)

    def _fan(self, vertex: int) -> list[int]:
        """Lists the edges around an inner vertex in their order; empty at a border."""
        around = self.triangles[(self.triangles == vertex).any(axis=1)]
        turn = np.argmax(around == vertex, axis=1)
        rows = np.arange(len(around))
        follows = dict(zip(around[rows, (turn + 1) % 3].tolist(), around[rows, (turn + 2) % 3].tolist(), strict=True))
        ring = [next(iter(follows))]
        while len(ring) < len(follows) and follows.get(ring[-1]) is not None:
            ring.append(follows[ring[-1]])
        if len(ring) < len(follows) or follows.get(ring[-1]) != ring[0]:
            return []
        return self._numbers(np.array(ring), np.full(len(ring), vertex)).tolist()

    def _ends(self, crossed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.vertices[self._edges[crossed, 0]], self.vertices[self._edges[crossed, 1]]

    def _numbers(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Gives the numbers of edges by their ends."""
        count = len(self.vertices)
        keys = self._edges[:, 0] * count + self._edges[:, 1]
        return np.searchsorted(keys, np.minimum(one, other) * count + np.maximum(one, other))

    @cached_property
    def _edges(self) -> np.ndarray:
        return edges(self.triangles)

    @cached_property
    def _places(self) -> np.ndarray:
        """`(N, 3)` the points on edges, an edge after the other."""
        a, b = self._ends(np.arange(len(self._edges)))
        shares = (np.arange(STEINER) + 0.5)[:, None] / STEINER
        return (a[:, None] + shares * (b - a)[:, None]).reshape(-1, 3)

    @cached_property
    def _nodes(self) -> np.ndarray:
        """`(T, 3 · STEINER)` the points on the edges of each triangle, an edge after the other."""
        rows = self._numbers(self.triangles, np.roll(self.triangles, -1, axis=1))
        return (rows[..., None] * STEINER + np.arange(STEINER)).reshape(len(rows), -1)

    @cached_property
    def _links(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Between points on two edges of one triangle: from, to, length."""
        one, other = (grid.ravel() for grid in np.meshgrid(*[np.arange(3 * STEINER)] * 2))
        apart = one // STEINER < other // STEINER
        rows, columns = (self._nodes[:, side[apart]].ravel() for side in (one, other))
        return rows, columns, np.linalg.norm(self._places[rows] - self._places[columns], axis=1)


def path_length(path: np.ndarray) -> float:
    """Adds up the pieces of a `(P, 3)` path."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _beside(
    flat_a: np.ndarray, flat_b: np.ndarray, a: np.ndarray, b: np.ndarray, place: np.ndarray, side: float
) -> np.ndarray:
    """Lays a place flat, as far from the ends of an edge as it is in space; side 1: ahead, -1: behind."""
    along = b - a
    length = np.linalg.norm(along)
    unit = along / length
    forward = (place - a) @ unit
    height = np.linalg.norm(place - a - forward * unit)
    axis = (flat_b - flat_a) / length
    # Ahead is to the left of the way from the left end to the right end.
    return flat_a + forward * axis + side * height * np.array([-axis[1], axis[0]])
