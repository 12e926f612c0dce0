"""Takes photos of people whose shape is known, and notes what landmarkers see: `photos.py KIND START COUNT FILE`.

`python -m scripts.head.photos ict 0 400 FILE --data FOLDER` where `ict_facekit_light.npz` lies, or `anny`. KIND says
whose heads are rendered: ICT-FaceKit's own, or ours, drawn from the prior of `identity_prior.py`. Three photos of
each, with another expression, turn, lens and light, as the benchmarks take them, but of other people, and with hair.
Several processes may share the work. Only numbers are kept: true shape and pose, and points.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facerecon.commands.preparation import prepare
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Mesh, Photo
from facerecon.drawing.render import render
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import rigid
from facerecon.landmarks import LANDMARKERS
from facerecon.parts import Parts, Settings
from facerecon.suites import SUITES
from facerecon.suites.expressions import draw_expression
from facerecon.suites.paint import HAIR, SKIN, Canvas, hair_share, painted
from facerecon.suites.studio import aim, backdrop, developed, lamps

SEED, KINDS = 20261126, {"ict": 7, "anny": 8}
PHOTOS = 3
"a person"
YAW = 48.0
"degrees, to both sides"
BALD, THICKNESS = 0.35, (0.0, 6.0, 14.0, 30.0)
"how often a head has no hair but painted; mm of hair above the skull"


@dataclass(frozen=True, eq=False)
class Head:
    """A person in one of the models' own meshes."""

    suite: Any
    kind: str
    identity: np.ndarray

    def shape(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives the vertices with an expression as they are rendered, and the 68 landmarks on them, mm."""
        if self.kind == "ict":
            model = self.suite.model
            used = weights > 0
            vertices = model.neutral(self.identity) + np.tensordot(weights[used], model.expressions[used], axes=1)
            return vertices, vertices[model.landmarks]
        head = self.suite.head
        vertices = head.shape(self.identity, weights)
        return self.suite.finer @ vertices, head.landmarks("ibug68").on(vertices, head.triangles)

    def arkit(self, weights: np.ndarray) -> np.ndarray:
        """Turns its expression weights into ARKit's, `(52,)`; of a unit without sides each side is a half."""
        found = np.zeros(len(ARKIT_NAMES))
        for name, weight in zip(self.names, weights, strict=True):
            sided, plain = name.replace("_L", "Left").replace("_R", "Right"), name.removesuffix("_L").removesuffix("_R")
            whole = sided in ARKIT_NAMES
            found[ARKIT_NAMES.index(sided if whole else plain)] += weight if whole else weight / 2
        return found.clip(0, 1)

    @property
    def moved(self) -> np.ndarray:
        """`(3,)` mm: how far ICT moves this person so that the eyes' corners are where the mean's are."""
        if self.kind == "anny":
            return np.zeros(3)
        corners = self.suite.model.identity[:, self.suite.model.landmarks[[36, 45]]].astype(np.float64).mean(axis=1)
        return -self.identity @ corners

    @property
    def names(self) -> tuple[str, ...]:
        return self.suite.model.names if self.kind == "ict" else self.suite.head.expression_names

    @property
    def kinds(self) -> np.ndarray:
        return self.suite.model.kinds if self.kind == "ict" else self.suite.kinds

    @property
    def triangles(self) -> np.ndarray:
        return self.suite.model.triangles if self.kind == "ict" else self.suite.mesh.triangles


def hair(head: Head, vertices: np.ndarray, marks: np.ndarray, colours: np.ndarray, rng: np.random.Generator):
    """Grows hair: how far each vertex is lifted `(V, 3)` mm, and the colours."""
    if rng.random() < BALD:
        return np.zeros_like(vertices), colours
    share = hair_share(vertices, marks, rng.uniform(48, 68)) * (head.kinds == SKIN)
    colour = HAIR[rng.integers(len(HAIR))] * rng.uniform(0.8, 1.2)
    thickness = rng.choice(THICKNESS) * rng.uniform(0.7, 1.3)
    strands = 1 + 0.25 * np.sin(vertices @ [0.9, 0.15, 0.5] + rng.uniform(0, 6)) * rng.uniform(0, 1)
    colours = colours + (colour * strands[:, None] - colours) * share[:, None]
    tufts = 1 + 0.2 * np.sin(vertices @ [0.09, 0.05, 0.07] + rng.uniform(0, 6))
    lifted = vertex_normals(vertices, head.triangles) * (share * thickness * tufts)[:, None]
    return lifted, colours.clip(0, 255).astype(np.uint8)


def expression(names: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """Draws weights: often one of the suites' expressions, often a little of four other units."""
    weights = draw_expression(names, rng) if rng.random() < 0.6 else np.zeros(len(names))
    if rng.random() < 0.5:
        others = rng.choice(len(names), 4, replace=False)
        weights[others] = np.maximum(weights[others], rng.uniform(0, 0.3, 4))
    return weights


def seen(head: Head, parts: Parts, other: Any, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Takes a person's photos and gives what is known of each in which a face was found."""
    neutral, marks = head.shape(np.zeros(len(head.names)))
    colours = painted(Canvas(neutral, head.kinds, marks), rng)
    lifted, colours = hair(head, neutral, marks, colours, rng)
    for _ in range(PHOTOS):
        weights, yaw = expression(head.names, rng), np.radians(rng.uniform(-YAW, YAW))
        vertices, marks = head.shape(weights)
        camera, pose = aim(marks, yaw, rng)
        look = {"style": "colours", "colours": colours, "lighting": lamps(rng), "background": backdrop(rng)}
        image = render(Mesh(vertices + lifted, head.triangles), camera, pose, **look, supersample=1)
        photo = Photo(developed(image, rng), "", None, "")
        faces = parts.detector.detect(photo, parts.settings.search)
        box = faces.boxes[np.argmax(faces.sizes)] if len(faces.boxes) else None
        found = None if box is None else parts.landmarker.locate(photo, box)
        if found is not None:
            marks68 = other.locate(photo, box)
            row = {"kind": head.kind, "identity": head.identity, "expression": head.arkit(weights), "camera": camera}
            row |= {
                "camera_from_head": pose @ rigid(np.eye(3), head.moved),
                "points": found.points.astype(np.float32),
                "scores": found.blendshapes,
            }
            yield row | {"points68": None if marks68 is None else marks68.points.astype(np.float32)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("start", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, action="append", default=[])
    options = parser.parse_args()
    prepare(detector=None, landmarker=None)
    parts, rows = Parts(Settings()), []
    suite = SUITES.create(options.kind, folders=options.data)
    count = 100 if options.kind == "ict" else len(suite.head.identity_basis)
    with LANDMARKERS.create("face-api-68") as other:
        for number in range(options.start, options.start + options.count):
            rng = np.random.default_rng((SEED, number, KINDS[options.kind]))
            head = Head(suite, options.kind, rng.normal(size=count))
            rows += [row | {"number": number} for row in seen(head, parts, other, rng)]
    parts.close()
    options.file.write_bytes(pickle.dumps(rows))


if __name__ == "__main__":
    main()
