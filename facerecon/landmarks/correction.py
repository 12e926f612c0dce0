"""Landmarks moved by hand: what is held stays where it was put, and its neighbours follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Landmarks
from facerecon.geometry.graph import edges
from facerecon.landmarks.schemes import Scheme, scheme, triangles

HOME = 0.5
"""How much a landmark clings to its place, over how much it clings to a neighbour: the neighbours of a point that is
moved go along by three quarters, theirs by half, those six edges away by 7 %."""
OPENINGS = ("lips_inner", "right_eye", "left_eye")
"""Groups whose triangles span a hole of the face: what moves one lip must not move the other through it."""


@dataclass(frozen=True, eq=False)
class Correction:
    """What a person changed about one photo's landmarks, step by step; every change gives a new Correction.

    How far the landmarks are off is taken for a smooth random field on their mesh, of Matérn's kind (Lindgren, Rue and
    Lindström 2011, eq. 10). A person says what it is at some points; the others get its mean given those. So the
    displacements are exact at every point that was put, do not depend on the order of the moves, fade smoothly, and
    know that the lips are two. They follow the mesh: they reach millimetres on a lid and centimetres on a cheek.
    """

    found: Landmarks
    "as the landmarker gave them"
    history: tuple[Mapping[int, tuple[float, float]], ...] = field(default=({},))
    "after each step: which points are held, and how far from where they were found, px"
    hand: object = None
    "whose move the last step was: moves by one hand are one step"

    @property
    def held(self) -> Mapping[int, tuple[float, float]]:
        """Which points are held now, and how far from where they were found, px."""
        return self.history[-1]

    @cached_property
    def landmarks(self) -> Landmarks:
        """The corrected landmarks; depth and expression scores are the landmarker's."""
        found = self.found
        if not self.held:
            return found
        rows = list(self.held)
        alike = correlation(found.scheme)
        pull = np.linalg.solve(alike[np.ix_(rows, rows)], np.array([self.held[row] for row in rows]))
        return replace(found, points=found.points + alike[:, rows] @ pull)

    def moved(self, name: str, index: int, place: np.ndarray, hand: object = None) -> Correction:
        """Puts a point of a scheme at `place` (x, y) px, by moving the points whose mean it is.

        Args:
            name: of the scheme; the landmarks' own, or one of fewer points.
            index: which of its points.
            place: where its point is to be.
            hand: a move by the same hand as the one before (one pull of the pointer) joins it to one step; None: none.
        """
        rows = stand_for(self.found.scheme, name)[index]
        now = self.landmarks.points[list(rows)]
        offsets = now - self.found.points[list(rows)] + (np.asarray(place, dtype=float) - now.mean(axis=0))
        held = {**self.held, **{row: (float(x), float(y)) for row, (x, y) in zip(rows, offsets, strict=True)}}
        joins = hand is not None and hand == self.hand
        return Correction(self.found, (*(self.history[:-1] if joins else self.history), held), hand)

    def undone(self) -> Correction:
        """Takes the last step back; without one, nothing changes."""
        return Correction(self.found, self.history[:-1] or self.history)

    def reset(self) -> Correction:
        """Lets go of every point; this too is a step that can be undone."""
        return Correction(self.found, (*self.history, {})) if self.held else self


@cache
def stand_for(name: str, target: str) -> tuple[tuple[int, ...], ...]:
    """Lists for each point of the scheme `target` the points of the scheme `name` whose mean it is."""
    return tuple((row,) for row in range(scheme(name).count)) if name == target else scheme(target).sources[name]


@cache
def correlation(name: str) -> np.ndarray:
    """Tells how alike two landmarks move, `(L, L)`, 1 on the diagonal.

    The covariance is the inverse of (L + hI)², with the mesh's Laplacian L. Scaled to the same variance everywhere, no
    point goes farther than the one that is moved.
    """
    known = scheme(name)
    joined = np.zeros((known.count, known.count))
    first, second = _joined(known).T
    joined[first, second] = joined[second, first] = 1
    root = np.linalg.inv(np.diag(joined.sum(axis=1) + HOME) - joined)
    covariance = root @ root
    spread = np.sqrt(np.diagonal(covariance))
    return read_only(covariance / np.outer(spread, spread), np.float64)


def _joined(known: Scheme) -> np.ndarray:
    """Lists which landmarks are neighbours, `(N, 2)`: along the drawing's lines, and the mesh where there is one."""
    pairs = [known.connections]
    if known.name.startswith("mediapipe"):
        mesh = triangles()
        holes = [np.isin(mesh, known.groups[group]).all(axis=1) for group in OPENINGS]
        pairs.append(edges(mesh[~np.any(holes, axis=0)]))
    for side in ("right", "left"):
        pairs += [[(known.names[f"{side}_pupil"], row)] for row in known.groups.get(f"{side}_iris", ())]
    return np.concatenate([np.reshape(some, (-1, 2)) for some in pairs]).astype(int)
