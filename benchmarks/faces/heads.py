"""Random people: the Anny head with an identity, an expression, hair, shoulders, and what it wears."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.faces.looks import anny, look
from benchmarks.faces.shapes import Piece, bent, body_pose, glasses, joined, long_hair, mask, shell, shoulders
from facerecon.core.types import Mesh
from facerecon.drawing.render import Look
from facerecon.mesh.subdivide import subdivide
from facerecon.texture.scalp import scalp

FOREHEAD = 68.0
"mm above the eyes of the mean head: the upper end of a face, where hair begins on average"
EXPRESSIONS = (
    {},
    {"mouthSmile": 0.6, "cheekSquint": 0.4},
    {"mouthSmile": 0.8, "jawOpen": 0.35, "cheekSquint": 0.6, "eyeSquint": 0.4},
    {"jawOpen": 0.7, "browInnerUp": 0.8, "eyeWide": 0.7},
    {"browDown": 0.9, "mouthFrown": 0.6, "eyeSquint": 0.5},
    {"eyeBlink": 1.0},
    {"mouthPucker": 0.8},
    {"jawOpen": 0.3, "mouthFunnel": 0.3},
)
"ARKit's units; a name without a side stands for both sides"
THICKNESS = {"cropped": 0.0, "short": 10.0, "thick": 34.0, "long": 14.0}
"mm of hair above the skull"
OFTEN = (0.25, 0.35, 0.15, 0.25)


@dataclass(frozen=True, eq=False)
class Person:
    mesh: Mesh
    "the head with all that belongs to it; head frame, mm"
    look: Look
    "how it is painted"
    face: np.ndarray
    "`(N, 3)` mm: points whose image's bounds are the true box"
    identity: np.ndarray
    "`(I,)` of the Anny head, standard deviations"
    expression: np.ndarray
    "`(52,)` of the Anny head"


def person(rng: np.random.Generator, pose: tuple[float, float, float], size: float, worn: str = "") -> Person:
    """Makes a random person.

    Args:
        rng: decides everything else.
        pose: yaw, pitch and roll of the head, radians: the body follows only a part of the yaw.
        size: px of the face in the picture; small ones are made more coarsely.
        worn: `mask`, `sunglasses`, or nothing of the two.
    """
    identity, expression = rng.normal(0, 0.9, len(anny().identity_basis)), _expression(rng)
    vertices = anny().shape(identity, expression)
    landmarks = anny().landmarks("mediapipe478").on(vertices, anny().triangles)
    on_body = body_pose(pose, follows=rng.uniform(0, 0.8))
    head = anny().mesh(bent(vertices, anny().mean, on_body))
    hairline = None if rng.random() < 0.08 else rng.uniform(52, 70)
    pieces = [shoulders(on_body, rng.uniform(0.85, 1.1))]
    if hairline:
        pieces += _hair(rng, head, hairline)
    if worn == "mask":
        pieces.append(mask(landmarks))
    if worn == "sunglasses":
        pieces.append(glasses(rng.uniform(48, 58), rng.uniform(36, 48)))
    mesh = joined(head, pieces)
    if size > 80:
        mesh, _ = subdivide(mesh)
    detail = 256 if size < 80 else 512 if size < 400 else 1024
    face = np.vstack([landmarks, vertices[_forehead()]])
    return Person(mesh, look(rng, hairline, detail), face, identity, expression)


@cache
def _forehead() -> np.ndarray:
    """Lists the vertices of the forehead between MediaPipe's uppermost points and FOREHEAD."""
    x, y, z = anny().mean[: anny().skin_vertices].T
    return np.flatnonzero((y > 40) & (y < FOREHEAD) & (np.abs(x) < 55) & (z > -40))


def _expression(rng: np.random.Generator) -> np.ndarray:
    """Draws one of EXPRESSIONS, more or less of it, and a little of some other units: `(52,)`."""
    names = [name.removesuffix("Left").removesuffix("Right") for name in anny().expression_names]
    chosen = EXPRESSIONS[rng.integers(len(EXPRESSIONS))]
    weights = np.array([chosen.get(name, 0.0) for name in names]) * rng.uniform(0.5, 1)
    others = rng.choice(len(names), 4, replace=False)
    weights[others] = np.maximum(weights[others], rng.uniform(0, 0.25, 4))
    return weights


def _hair(rng: np.random.Generator, head: Mesh, hairline: float) -> list[Piece]:
    """Makes hair that stands above the skull; cropped hair is only painted."""
    style = rng.choice(list(THICKNESS), p=OFTEN)
    thickness = THICKNESS[style] * rng.uniform(0.7, 1.3)
    if thickness == 0:
        return []
    skin = Mesh(head.vertices[: anny().skin_vertices], head.triangles[head.parts == 0])
    mean = anny().mean[: anny().skin_vertices]
    phase = rng.uniform(0, 6, 2)
    tufts = 1 + 0.18 * np.sin(mean @ [0.09, 0.05, 0.07] + phase[0]) * np.sin(mean[:, 0] * 0.11 + phase[1])
    # `scalp` puts the hairline at 66 mm.
    pieces = [shell("hair", skin, scalp(mean - [0, hairline - 66, 0]), thickness * tufts)]
    if style == "long":
        pieces.append(long_hair(rng.uniform(90, 230), np.radians(rng.uniform(110, 170)), thickness, rng.uniform(1, 5)))
    return pieces
