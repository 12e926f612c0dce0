"""The suite `ict`: random people of ICT-FaceKit, a head model that ours knows nothing of (Li et al. 2020; MIT licence).

Its data are not ours to ship: `ict_facekit_light.npz` holds the model packed from the OBJ files of its public
repository (mean `(26719, 3)` cm, identity `(100, V, 3)` a standard deviation, expressions, faces, landmarks68).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from facerecon.core.types import Mesh, PointCloud
from facerecon.evaluation.protocol import FaceBall
from facerecon.evaluation.scan_to_mesh import ScanTruth
from facerecon.geometry.normals import triangle_normals
from facerecon.suites.cases import Subject
from facerecon.suites.data import find_data
from facerecon.suites.expressions import draw_expression
from facerecon.suites.paint import EYE, INSIDE, SKIN, TEETH, Canvas, painted
from facerecon.suites.portraits import portraits
from facerecon.suites.studio import Sitter

FILE = "ict_facekit_light.npz"
_PARTS = ((9409, SKIN), (11248, SKIN), (14062, INSIDE), (17039, INSIDE), (21451, TEETH), (24591, EYE))
"""Up to which vertex what lies: face; head and neck; sockets of mouth and eyes; gums and tongue; teeth; eyeballs."""
_FACE, _SKIN = _PARTS[0][0], _PARTS[1][0]
SCANNED = 2000
"""points of the scan that truth is"""
CHIN = 8
"""of iBUG's points"""


class IctModel:
    """ICT-FaceKit without what is transparent: tears, blends, lashes."""

    def __init__(self, path: Path):
        with np.load(path) as data:
            shown = _PARTS[-1][0]
            self.mean = 10 * data["mean"][:shown].astype(np.float64)
            self.identity = 10 * data["identity"][:, :shown].astype(np.float32)
            self.expressions = 10 * data["expressions"][:, :shown].astype(np.float32)
            self.names = tuple(str(name) for name in data["expr_names"])
            quads = data["faces"].astype(np.int64)
            self.landmarks = data["landmarks68"].astype(np.int64)
        quads = quads[(quads < shown).all(axis=1)]
        self.triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        ends = [0, *(end for end, _ in _PARTS)]
        self.kinds = np.repeat([kind for _, kind in _PARTS], np.diff(ends))

    def neutral(self, coefficients: np.ndarray) -> np.ndarray:
        """Makes a person of `(100,)` standard deviations: `(V, 3)` mm, origin between the outer corners of the eyes."""
        vertices = self.mean + np.tensordot(coefficients, self.identity, axes=1)
        return vertices - vertices[self.landmarks[[36, 45]]].mean(axis=0)


class IctSuite:
    """Random people of ICT-FaceKit.

    Args:
        folders: where the data may lie, before those in the environment.
    """

    name = "ict"
    about = "random ICT-FaceKit people, rendered; half of them with another expression in each photo"

    def __init__(self, folders: Sequence[Path] = ()):
        self.model = IctModel(find_data(FILE, folders, "ICT-FaceKit, MIT, packed from its public OBJ files"))

    def subjects(self, count: int, seed: int) -> Iterator[Subject]:
        for number in range(count):
            rng = np.random.default_rng((seed, number, 1))
            neutral = self.model.neutral(rng.normal(size=len(self.model.identity)))
            marks = neutral[self.model.landmarks]
            truth = ScanTruth(scanned(neutral, self.model.triangles, marks, rng), marks)
            colours = painted(Canvas(neutral, self.model.kinds, marks), rng)
            name = f"ict_{number:02d}"
            cases = portraits(self._sitting(neutral, colours, number % 2 == 1), name, rng)
            skin = self.model.triangles[(self.model.triangles < _SKIN).all(axis=1)]
            yield Subject(
                name, truth, None, cases, around(neutral, skin, marks, np.random.default_rng((seed, number, 3)))
            )

    def _sitting(self, neutral: np.ndarray, colours: np.ndarray, expressive: bool):
        def sit(rng: np.random.Generator) -> Sitter:
            weights = draw_expression(self.model.names, rng) * expressive
            vertices = neutral + np.tensordot(weights, self.model.expressions, axes=1)
            return Sitter(Mesh(vertices, self.model.triangles), colours, vertices[self.model.landmarks])

        return sit


def scanned(vertices: np.ndarray, triangles: np.ndarray, marks: np.ndarray, rng: np.random.Generator) -> PointCloud:
    """Scans the skin of a face evenly, so that fine parts of a mesh do not count more: SCANNED points with normals."""
    ball = FaceBall.around(marks)
    face = triangles[(triangles < _FACE).all(axis=1) & ball.holds(vertices)[triangles].all(axis=1)]
    return evenly(vertices, face, SCANNED, rng)


def around(vertices: np.ndarray, skin: np.ndarray, marks: np.ndarray, rng: np.random.Generator) -> PointCloud:
    """Scans ears, scalp and back of the head: what is higher than the chin and not in the face's ball."""
    outside = ~FaceBall.around(marks).holds(vertices) & (vertices[:, 1] > marks[CHIN, 1])
    return evenly(vertices, skin[outside[skin].all(axis=1)], SCANNED, rng)


def evenly(vertices: np.ndarray, triangles: np.ndarray, count: int, rng: np.random.Generator) -> PointCloud:
    """Draws points on a surface, as many on each piece as its area asks for (Osada et al. 2002, section 3.1)."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = rng.choice(len(triangles), count, p=area / area.sum())
    u, v = rng.random((2, count, 1))
    root = np.sqrt(u)
    points = (1 - root) * a[chosen] + root * (1 - v) * b[chosen] + root * v * c[chosen]
    return PointCloud(points, triangle_normals(vertices, triangles)[chosen])
