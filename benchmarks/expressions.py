"""How well an expression is carried over from a film: `python -m benchmarks.expressions --data DIR`.

Renders films of people of both heads, our own and ICT-FaceKit's (DIR holds `ict_facekit_light.npz`), whose weights are
known: each at rest twice, then in sixteen expressions, the head turning a little. Prints, by group, how far what was
read follows the truth: its slope (gain) and correlation, what it says at rest, and the root of the mean squared
error; as the detector scores it, and as `facerecon.performance` reads it. The constants of that were chosen on people
0 to 7; those from 100 on are new.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from facerecon.commands.preparation import prepare
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.clips import Frame
from facerecon.core.types import Mesh, Photo
from facerecon.drawing.render import render
from facerecon.geometry.transforms import rigid, rotation_from_euler
from facerecon.parts import Parts, Settings
from facerecon.performance import follow, track_of
from facerecon.suites import SUITES
from facerecon.suites.paint import Canvas, painted
from facerecon.suites.studio import aim, backdrop, developed, lamps
from scripts.head.photos import KINDS, Head, hair

SCENES: tuple[dict[str, float], ...] = (
    *({}, {}, {"browInnerUp": 0.8, "browOuterUp": 0.8}, {"browInnerUp": 0.4, "browOuterUp": 0.4}, {"browDown": 0.8}),
    *({"browDown": 0.4}, {"eyeBlink": 1.0}, {"eyeWide": 0.7}, {"jawOpen": 0.8}, {"jawOpen": 0.4}),
    *({"mouthSmile": 0.8, "cheekSquint": 0.4}, {"mouthSmile": 0.4}, {"mouthFrown": 0.7}, {"mouthPucker": 0.8}),
    *({"mouthFunnel": 0.7}, {"browInnerUp": 0.8, "jawOpen": 0.5, "eyeWide": 0.5}),
    *({"mouthSmile": 0.6, "jawOpen": 0.3, "browDown": 0.3}, {"mouthPress": 0.6, "browOuterUp": 0.6}),
)
GROUPS = {
    "brows": ("brow",),
    "eyes": ("eyeBlink", "eyeWide"),
    "jaw": ("jawOpen",),
    "mouth": ("mouthSmile", "mouthFrown", "mouthPucker", "mouthFunnel", "mouthPress"),
}
SECONDS = 1.0
"from scene to scene, so that nothing is smoothed away"
SWAY = np.radians(4)


def film(head: Head, rng: np.random.Generator) -> Iterator[tuple[Frame, np.ndarray]]:
    """Films one person: pictures, and their true ARKit weights `(52,)`."""
    neutral, marks = head.shape(np.zeros(len(head.names)))
    colours = painted(Canvas(neutral, head.kinds, marks), rng)
    lifted, colours = hair(head, neutral, marks, colours, rng)
    lighting, ground, yaw = lamps(rng), backdrop(rng), np.radians(rng.uniform(-15, 15))
    camera, pose = aim(marks, yaw, rng)
    plain = [
        name.removesuffix("_L").removesuffix("_R").removesuffix("Left").removesuffix("Right") for name in head.names
    ]
    look = {"style": "colours", "colours": colours, "lighting": lighting, "background": ground, "supersample": 1}
    for number, scene in enumerate(SCENES):
        weights = np.array([scene.get(name, 0.0) for name in plain])
        vertices, _ = head.shape(weights)
        here = pose @ rigid(rotation_from_euler(SWAY * np.sin(number), 0, 0), np.zeros(3))
        image = render(Mesh(vertices + lifted, head.triangles), camera, here, **look)
        yield Frame(SECONDS * number, Photo(developed(image, rng), "", None, "")), head.arkit(weights)


def read(kind: str, people: range, folder: Path, parts: Parts) -> tuple[np.ndarray, ...]:
    """Films people and reads the films: `(K, 52)` weights that are true, that the detector scores, that are read."""
    suite, rows = SUITES.create(kind, folders=[folder]), ([], [], [])
    count = 100 if kind == "ict" else len(suite.head.identity_basis)
    for number in people:
        rng = np.random.default_rng((20261127, number, KINDS[kind]))
        frames, true = zip(*film(Head(suite, kind, rng.normal(size=count)), rng), strict=True)
        seen = list(follow(frames, parts))
        here = [k for k, one in enumerate(seen) if one.weights is not None]
        track = track_of(seen, parts.head)
        times = np.array([seen[k].seconds for k in here]) - seen[here[0]].seconds
        rows[0].extend(true[k] for k in here)
        rows[1].extend(seen[k].weights for k in here)
        rows[2].extend(track.at(times))
    return tuple(map(np.array, rows))


def line(true: np.ndarray, found: np.ndarray, prefixes: tuple[str, ...]) -> str:
    """Formats gain, correlation, rest and error of a group, each a mean over its expressions."""
    columns = [k for k, name in enumerate(ARKIT_NAMES) if name.startswith(prefixes) and true[:, k].max() > 0]
    gains = [np.polyfit(true[:, k], found[:, k], 1)[0] for k in columns]
    alike = [np.corrcoef(true[:, k], found[:, k])[0, 1] for k in columns]
    rest = [found[true[:, k] == 0, k].mean() for k in columns]
    error = np.sqrt(((found - true)[:, columns] ** 2).mean())
    return f"{np.mean(gains):.2f} / {np.mean(alike):.2f} / {np.mean(rest):.2f} / {error:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--first", type=int, default=100)
    options = parser.parse_args()
    prepare(detector=None, landmarker=None)
    parts = Parts(Settings())
    print("gain / correlation / at rest / error |", " | ".join(GROUPS))
    for kind in ("anny", "ict"):
        people = range(options.first, options.first + options.people)
        true, scores, found = read(kind, people, options.data, parts)
        for name, rows in (("scores", scores), ("read", found)):
            cells = [line(true, rows, prefixes) for prefixes in GROUPS.values()]
            print(f"| {kind}, {name} | {' | '.join(cells)} |", flush=True)
    parts.close()


if __name__ == "__main__":
    main()
