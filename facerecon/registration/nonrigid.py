"""Non-rigid ICP: bends a template onto a scan (Amberg, Romdhani and Vetter 2007, “Optimal Step Nonrigid ICP …”).

From stiff to soft: at each stiffness, feet of the vertices on the scan and the optimal affine maps to them take turns.
The template's triangles and uv stay, so what was drawn on it stays too; no triangle is ever turned over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Mesh, PointCloud
from facerecon.geometry.folding import folded
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.target import Feet, Target
from facerecon.registration.body import Body
from facerecon.registration.stiff_system import LandmarkPairs, StiffSystem

UNFOLDINGS = 5
"""How often a step is tried with more stiffness where it turns triangles over."""
STIFFER = 5.0
"""How much stiffer each time."""
SHORTENINGS = 8
"""How often a step is halved after that."""


@dataclass(frozen=True)
class NonrigidSettings:
    stiffnesses: tuple[float, ...] = (20.0, 10.0, 5.0, 2.0, 1.0, 0.3)
    "α, from stiff to soft"
    iterations: int = 3
    "at most so many for each stiffness"
    tolerance: float = 0.05
    "mm: go on to the next stiffness when vertices move less than this, root mean square"
    gamma: float = 1.0
    "γ: shifts against turns and shears, in a template of radius 1"
    landmark_weight: float = 5.0
    "β at the first stiffness; falls with it"
    rest: float = 1e-2
    "ρ over α: how much undeformed maps are preferred"
    furthest: tuple[float, float] = (10.0, 4.0)
    "mm, at the first and the last stiffness: a foot farther away is no correspondence"
    cosine: float = 0.6
    "between the normals of a vertex and of its foot, at least"


@dataclass(frozen=True, eq=False)
class NonrigidStep:
    iteration: int
    "0 is the template as it was given"
    stiffness: float
    "α of this step"
    vertices: np.ndarray
    "`(V, 3)` mm"
    feet: np.ndarray
    "`(V, 3)` mm: the nearest points of the scan"
    weights: np.ndarray
    "`(V,)` in [0, 1]: how much each foot counts; 0: no correspondence"
    distances: np.ndarray
    "`(V,)` mm, from vertex to foot"
    moved: float
    "mm, root mean square, since the last step"

    def __post_init__(self):
        for name in ("vertices", "feet", "weights", "distances"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))

    @property
    def residual(self) -> float:
        """Median distance of vertices that have a correspondence, mm; NaN where none has."""
        seen = self.distances[self.weights > 0]
        return float(np.median(seen)) if len(seen) else float("nan")


def nonrigid_icp(template: Mesh, target: PointCloud | Target, **arguments) -> Mesh:
    """Exhausts `nonrigid_icp_steps` and gives the template as it was bent."""
    *_, last = nonrigid_icp_steps(template, target, **arguments)
    return replace(template, vertices=last.vertices)


def nonrigid_icp_steps(
    template: Mesh,
    target: PointCloud | Target,
    *,
    landmarks: LandmarkPairs | None = None,
    trust: np.ndarray | None = None,
    settings: NonrigidSettings | None = None,
) -> Iterator[NonrigidStep]:
    """Bends a template onto a scan step by step; the last step is the result.

    The largest connected part of the template bends; others (eyes, teeth) follow it as rigid bodies.

    Args:
        template: mm, roughly in place: registered rigidly, better fitted as a model.
        target: the scan, in the template's frame.
        landmarks: on triangles of the largest part, or None.
        trust: `(V,)` in [0, 1]: how much each vertex's foot counts at most, 0 for instance in hair; None: 1.
        settings: see NonrigidSettings.

    Raises:
        ValueError: the target is no surface and has less than three points.
    """
    settings = settings or NonrigidSettings()
    target = target if isinstance(target, Target) else Target(target)
    body = Body(template)
    trust = np.ones(len(body.rows)) if trust is None else np.asarray(trust, dtype=np.float64)[body.rows]
    bending = _Bending(body, landmarks, settings.gamma)
    vertices, count = body.vertices, 0
    feet = target.feet(vertices)
    for number, stiffness in enumerate(settings.stiffnesses):
        share = number / max(len(settings.stiffnesses) - 1, 1)
        furthest = settings.furthest[0] ** (1 - share) * settings.furthest[1] ** share
        weights = trust * _weights(target, feet, body, vertices, furthest, settings.cosine)
        if not count:
            yield _step(body, 0, stiffness, vertices, feet, weights, 0.0)
        pull = settings.landmark_weight * stiffness / settings.stiffnesses[0]
        for _ in range(settings.iterations):
            bent = bending.step(vertices, feet, weights, stiffness, pull, settings.rest * stiffness)
            moved = float(np.sqrt(((bent - vertices) ** 2).sum(axis=1).mean()))
            vertices, count, feet = bent, count + 1, target.feet(bent)
            weights = trust * _weights(target, feet, body, vertices, furthest, settings.cosine)
            yield _step(body, count, stiffness, vertices, feet, weights, moved)
            if moved < settings.tolerance:
                break


def _weights(
    target: Target, feet: Feet, body: Body, vertices: np.ndarray, furthest: float, cosine: float
) -> np.ndarray:
    """Weighs the feet, `(B,)`: 0 where they are no correspondences, else less the farther away (Tukey's biweight)."""
    trusted = feet.trusted(vertex_normals(vertices, body.triangles), furthest, cosine, target.signed)
    return np.where(trusted, (1 - np.minimum(feet.distances / furthest, 1) ** 2) ** 2, 0.0)


class _Bending:
    """Moves the body to its feet without turning a triangle over.

    Where a triangle would turn over, its surroundings are made stiffer, now and for the rest of the way, until they
    move as one. If that does not help, the whole step is shortened: what is bent so far has no fold, so a step that is
    short enough has none either.
    """

    def __init__(self, body: Body, landmarks: LandmarkPairs | None, gamma: float):
        self.body = body
        self.system = StiffSystem(body.vertices, body.triangles, body.own(landmarks), gamma)
        self.factors = np.ones(len(self.system.edges))

    def step(
        self, vertices: np.ndarray, feet: Feet, weights: np.ndarray, stiffness: float, pull: float, rest: float
    ) -> np.ndarray:
        """Gives the bent `(B, 3)` vertices."""
        for _ in range(UNFOLDINGS):
            bent = self.system.solve(feet.points, weights, stiffness * self.factors, pull, rest)
            turned = folded(self.body.vertices, bent, self.body.triangles)
            if not turned.any():
                return bent
            self._stiffen(turned)
        for share in 0.5 ** np.arange(1, SHORTENINGS):
            shorter = vertices + share * (bent - vertices)
            if not folded(self.body.vertices, shorter, self.body.triangles).any():
                return shorter
        return vertices

    def _stiffen(self, turned: np.ndarray) -> None:
        """Makes the edges around triangles stiffer."""
        near = np.isin(self.body.triangles, self.body.triangles[turned]).any(axis=1)
        around = np.isin(self.system.edges, self.body.triangles[near]).all(axis=1)
        self.factors[around] *= STIFFER


def _step(body: Body, count: int, stiffness: float, vertices, feet: Feet, weights, moved: float) -> NonrigidStep:
    """Says what was reached, for all vertices of the template."""
    return NonrigidStep(
        count,
        stiffness,
        body.whole(vertices),
        body.spread(feet.points, np.nan),
        body.spread(weights, 0.0),
        body.spread(feet.distances, np.nan),
        moved,
    )
