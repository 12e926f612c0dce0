"""How much fitted heads differ: two photos of one head, and two heads: python -m benchmarks.heads [--people N].

Heads that no photo was taken of are rendered twice, each time with another expression, turn, distance, light, skin and
background; a head is fitted to each picture alone, and the heads are compared as the page Compare does it. What two
pictures of one head differ by is what the fit cannot tell.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.faces.backgrounds import background
from benchmarks.faces.effects import photographed
from benchmarks.faces.heads import Person
from benchmarks.faces.looks import anny, look
from benchmarks.faces.pictures import aim
from facerecon.comparison import HeadDifference, compare_heads
from facerecon.core.errors import NoFaceError
from facerecon.core.types import Fit, Photo
from facerecon.drawing.render import render_layer
from facerecon.evaluation.known_pairs import LIKELY
from facerecon.evaluation.verification import roc
from facerecon.mesh.subdivide import subdivide
from facerecon.pipeline import Parts, Settings, reconstruct_steps

FRAME = (640, 800)
SIZE = 300.0
"""px of the face."""
YAW, PITCH, ROLL = np.radians((30, 15, 15))
UNITS, STRENGTH = 6, 0.6
"""So many of the 52 expressions, each up to so strong."""


def picture(identity: np.ndarray, rng: np.random.Generator) -> Photo:
    """Renders a head of an identity `(I,)`; everything else is random."""
    expression = np.zeros(len(anny().expression_names))
    expression[rng.choice(len(expression), UNITS, replace=False)] = rng.uniform(0, STRENGTH, UNITS)
    vertices = anny().shape(identity, expression)
    mesh, _ = subdivide(anny().mesh(vertices))
    points = anny().landmarks("mediapipe478").on(vertices, anny().triangles)
    one = Person(mesh, look(rng, rng.uniform(52, 70), 512), points, identity, expression)
    pose = tuple(rng.uniform(-1, 1, 3) * (YAW, PITCH, ROLL))
    view = aim(rng, one, pose, SIZE, np.array(FRAME) / 2, FRAME)
    layer = render_layer(one.mesh, *view, one.look)
    alpha = layer[..., 3:] / 255
    image = background(rng, *FRAME) * (1 - alpha) + layer[..., :3] * alpha
    return Photo(photographed(rng, np.round(image).astype(np.uint8)), "", None, "rendered")


def fitted(photo: Photo, parts: Parts) -> Fit | None:
    """Fits a head to a photo; None where no face is found."""
    try:
        return next(step.value for step in reconstruct_steps([photo], parts=parts) if isinstance(step.value, Fit))
    except NoFaceError:
        return None


def measure(people: int, seed: int) -> dict:
    """Renders and fits everybody twice, and compares the heads."""
    parts, rng = Parts(Settings()), np.random.default_rng(seed)
    fits: list[tuple[Fit, Fit]] = []
    for _ in range(people):
        identity = rng.normal(size=len(anny().identity_basis))
        pair = tuple(fitted(picture(identity, rng), parts) for _ in range(2))
        if None not in pair:
            fits.append(pair)
    parts.close()
    same = [compare_heads(anny(), *pair) for pair in fits]
    different = [compare_heads(anny(), a, b) for (a, _), (_, b) in zip(fits, fits[1:] + fits[:1], strict=True)]
    return {"people": len(fits), "same": by_region(same), "different": by_region(different)}


def by_region(found: list[HeadDifference]) -> dict[str, list[float]]:
    """Lists the differences of each region, mm, from the least to the greatest."""
    return {name: sorted(round(one.regions[name].distance, 3) for one in found) for name in found[0].regions}


def table(result: dict) -> str:
    """Formats the numbers as Markdown."""
    lines = [
        f"{result['people']} rendered heads, two pictures each; a head is fitted to each picture alone.",
        "",
        f"| region | one head, median mm | {LIKELY:.0%} below | two heads, median mm | ROC area |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in result["same"]:
        same, different = (np.array(result[kind][name]) for kind in ("same", "different"))
        cells = (np.median(same), np.quantile(same, LIKELY), np.median(different), roc(same, different).area)
        lines.append(f"| {name} | {' | '.join(f'{cell:.2f}' for cell in cells)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints a table, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heads", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=60, help="how many heads")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    result = measure(options.people, options.seed)
    print(table(result))
    if options.json:
        options.json.write_text(json.dumps({anny().name: result}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
