"""The suite `anny`: heads of our own model, drawn from its prior; the true place of every vertex is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from facerecon.core.types import Mesh, PointCloud
from facerecon.evaluation.scan_to_mesh import ScanTruth
from facerecon.mesh.subdivide import subdivide
from facerecon.morphable.anny import AnnyHead
from facerecon.suites.cases import Subject
from facerecon.suites.expressions import draw_expression
from facerecon.suites.ict import SCANNED, around, evenly
from facerecon.suites.paint import EYE, INSIDE, SKIN, TEETH, Canvas, painted
from facerecon.suites.portraits import portraits
from facerecon.suites.studio import Sitter

_KINDS = {"skin": SKIN, "eye_left": EYE, "eye_right": EYE, "teeth": TEETH, "tongue": INSIDE}
_TIMES = 2
"""how often the head is subdivided, so that eyes and lips are fine enough to be painted by vertex"""


class AnnySuite:
    """Heads of our own.

    Args:
        folders: of no use here, where all is made from a number; other suites look for their data there.
    """

    name = "anny"
    about = "heads drawn from our own model's prior, rendered; half of them with another expression in each photo"

    def __init__(self, folders: Sequence[Path] = ()):
        self.head = AnnyHead()
        mesh, self.finer = subdivide(self.head.mesh(self.head.mean))
        for _ in range(_TIMES - 1):
            mesh, matrix = subdivide(mesh)
            self.finer = matrix @ self.finer
        self.mesh = mesh

    @cached_property
    def kinds(self) -> np.ndarray:
        """`(V,)` what the finer head's vertices belong to."""
        kinds = np.zeros(len(self.mesh.vertices), dtype=np.int64)
        for part, name in enumerate(self.head.part_names):
            kinds[self.mesh.triangles[self.mesh.parts == part]] = _KINDS[name]
        return kinds

    def subjects(self, count: int, seed: int) -> Iterator[Subject]:
        for number in range(count):
            rng = np.random.default_rng((seed, number, 2))
            identity = rng.normal(size=len(self.head.identity_basis))
            neutral = self.head.shape(identity)
            marks = self.head.landmarks("ibug68").on(neutral, self.head.triangles)
            truth = ScanTruth(self._scanned(neutral, rng), marks)
            colours = painted(Canvas(self.finer @ neutral, self.kinds, marks), rng)
            name, skin = f"anny_{number:02d}", neutral[: self.head.skin_vertices]
            sit = self.sitting(identity, colours, number % 2 == 1)
            triangles = self.head.triangles[self.head.parts == 0]
            beyond = around(neutral, triangles, marks, np.random.default_rng((seed, number, 3)))
            yield Subject(name, truth, skin, portraits(sit, name, rng), beyond)

    def _scanned(self, vertices: np.ndarray, rng: np.random.Generator) -> PointCloud:
        """Scans the skin of the face."""
        triangles = self.head.triangles[self.head.parts == 0]
        face = (self.head.face_region[triangles] > 0.5).all(axis=1)
        return evenly(vertices, triangles[face], SCANNED, rng)

    def sitting(
        self, identity: np.ndarray, colours: np.ndarray, expressive: bool
    ) -> Callable[[np.random.Generator], Sitter]:
        """Gives how a person sits for a photo: with another expression each time, or with none."""

        def sit(rng: np.random.Generator) -> Sitter:
            weights = draw_expression(self.head.expression_names, rng) * expressive
            vertices = self.head.shape(identity, weights)
            marks = self.head.landmarks("ibug68").on(vertices, self.head.triangles)
            return Sitter(Mesh(self.finer @ vertices, self.mesh.triangles), colours, marks)

        return sit
