"""How good and how fast textures are: python -m benchmarks.texture [--heads N] [--json FILE].

Heads of our own model, painted, lit and photographed by our rasteriser: of each texel the true colour is known. The fit
is the true one, so that the texture stage alone is measured. Colours are compared in CIE Lab (ΔE 1976) after one gain a
channel, which no photo tells. With FACERECON_EVAL set to a folder that holds `james`, two real photos of one man: what
one of them does not show is compared with what the other does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from facerecon.core.photos import read_photo
from facerecon.core.types import FILLED, MIRRORED, SEEN, Camera, Mesh, Photo, Texture, View
from facerecon.drawing.render import render
from facerecon.drawing.shading import FLAT
from facerecon.geometry.harmonics import everywhere, irradiance, lamp
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import scheme
from facerecon.parts import Parts, Settings
from facerecon.pipeline import reconstruct
from facerecon.suites.paint import EYE, INSIDE, SKIN, TEETH, Canvas, painted
from facerecon.texture import Layout, bake, look_into
from facerecon.texture.capture import capture
from facerecon.texture.light import under
from facerecon.texture.parts import TEETH as TONE
from facerecon.texture.seams import seam_contrast
from facerecon.texture.skin import lab
from facerecon.texture.slip import find_slip
from facerecon.texture.source import make_source
from facerecon.texture.trust import judge, learn_from

SIZE = 1024
GROUND = (96, 104, 112)
CAVITY = 0.3
"""openness below which skin lies in a socket, a nostril or the mouth, which are dark on purpose"""
_KINDS = {"skin": SKIN, "eye_left": EYE, "eye_right": EYE, "teeth": TEETH, "tongue": INSIDE}


@dataclass(frozen=True, eq=False)
class Sitter:
    """A head whose every colour is known."""

    mesh: Mesh
    paint: np.ndarray
    "`(V, 3)` uint8"
    light: np.ndarray
    "`(9, 3)`, head frame"

    def photographed(self, yaw: float, pitch: float = 0.0, light: np.ndarray | None = None) -> tuple[Photo, View]:
        """Takes a photo of 900 px."""
        camera = Camera(900, 900, 2200.0, np.array([449.5, 420.0]))
        pose = rigid(camera_from_head_rotation(yaw, pitch, 0), np.array([0, 0, 700.0]))
        normals = vertex_normals(self.mesh.vertices, self.mesh.triangles)
        lit = under(self.paint, np.maximum(irradiance(normals, self.light if light is None else light), 0.03))
        look = {"style": "colours", "colours": np.rint(lit).astype(np.uint8), "lighting": FLAT, "background": GROUND}
        image = render(self.mesh, camera, pose, **look)
        return Photo(image, "0" * 64, None, "made"), View(camera, pose, np.zeros(0), np.zeros(0))


def sitters(count: int, parts: Parts) -> Iterator[Sitter]:
    """Makes heads with paint and light, by number."""
    finer, head = parts.refinement(1), parts.head
    kinds = np.zeros(len(finer.mesh.vertices), int)
    for part, name in enumerate(head.part_names):
        kinds[finer.mesh.triangles[finer.mesh.parts == part]] = _KINDS[name]
    for number in range(count):
        rng = np.random.default_rng((number, 11))
        neutral = head.shape(rng.normal(size=len(head.identity_basis)))
        marks = head.landmarks("ibug68").on(neutral, head.triangles)
        mesh = replace(finer.mesh, vertices=finer.matrix @ neutral)
        side = rng.choice([-1, 1]) * rng.uniform(0.3, 1)
        key = lamp([side, rng.uniform(0, 0.7), rng.uniform(0.4, 1)], rng.uniform(0.45, 0.8) * rng.uniform(0.85, 1.1, 3))
        light = rng.uniform(0.25, 0.45) * everywhere(np.ones(3)) + key
        yield Sitter(mesh, painted(Canvas(mesh.vertices, kinds, marks), rng), light)


def baked(shots: list[tuple[Photo, View]], mesh: Mesh, parts: Parts, size: int = SIZE) -> Texture:
    """Bakes photos of a sitter."""
    photos, views = zip(*shots, strict=True)
    layout, region = parts.layout(1, size), parts.refinement(1).face_region
    return bake(photos, mesh, views, [mesh.vertices] * len(photos), size, face_region=region, layout=layout)


def difference(colours: np.ndarray, truth: np.ndarray, on: np.ndarray) -> np.ndarray:
    """Gives ΔE by texel after one gain a channel, which is found on the texels `on`."""
    gain = np.median(truth[on] / np.maximum(colours[on], 1), axis=0)
    return np.linalg.norm(lab(np.clip(colours * gain, 0, 255)) - lab(truth), axis=1)


def known_heads(count: int, parts: Parts) -> dict[str, float]:
    """Measures light taken out, unseen skin and seams on painted heads, each photographed from -35°, 0° and 35°."""
    layout = parts.layout(1, SIZE)
    carry, rows = layout.atlas.from_vertices, layout.atlas.texels
    face = carry @ (parts.refinement(1).face_region * (layout.openness > 0.3)).astype(np.float32) > 0.5
    bald = carry @ np.maximum(layout.scalp, layout.openness < 0.3).astype(np.float32) < 0.1
    found: dict[str, list[float]] = {}
    covered = np.zeros((SIZE, SIZE), bool)
    covered.ravel()[rows] = carry @ layout.openness.astype(np.float32) > CAVITY
    for sitter in sitters(count, parts):
        truth = carry @ sitter.paint.astype(np.float32)
        for yaw in (-0.6, 0.0, 0.6):
            texture = baked([sitter.photographed(yaw)], sitter.mesh, parts)
            image, albedo = (a.reshape(-1, 3)[rows].astype(float) for a in (texture.image, texture.albedo))
            kind = texture.provenance.ravel()[rows]
            seen = (kind == SEEN) & face
            plain = np.tile(np.median(albedo[seen], axis=0), (len(albedo), 1))
            on, beside = seam_contrast(texture.image, texture.provenance, covered)
            copied, _ = seam_contrast(_pasted(texture, sitter, yaw, layout), texture.provenance, covered)
            own, own_beside = seam_contrast(layout.atlas.spread(truth.astype(np.uint8)), texture.provenance, covered)
            told = {
                "seen, with light": difference(image, truth, seen)[seen],
                "seen, light taken out": difference(albedo, truth, seen)[seen],
                "mirrored, one colour": difference(plain, truth, seen)[(kind == MIRRORED) & face],
                "mirrored": difference(albedo, truth, seen)[(kind == MIRRORED) & face],
                "filled, one colour": difference(plain, truth, seen)[(kind == FILLED) & bald],
                "filled": difference(albedo, truth, seen)[(kind == FILLED) & bald],
                "seam, pasted": np.array([copied]),
                "seam": np.array([on]),
                "beside the seam": np.array([beside]),
                "the true paint there": np.array([own]),
                "the true paint beside": np.array([own_beside]),
            }
            for name, values in told.items():
                if len(values):
                    found.setdefault(name, []).append(float(values.mean()))
    return {name: statistics.mean(values) for name, values in found.items()}


def _pasted(texture: Texture, sitter: Sitter, yaw: float, layout: Layout) -> np.ndarray:
    """Paints what is seen, what the mirror shows, and one colour elsewhere, as they are: no gain, nothing fused."""
    photo, view = sitter.photographed(yaw)
    seen = capture(photo.image, view.camera, view.camera_from_head, sitter.mesh.vertices, sitter.mesh.triangles, layout)
    colours = seen.look_up(seen.pixels.astype(np.float32))
    typical = np.median(colours[(seen.facing > 0.5) & seen.free], axis=0)
    kind, carry = texture.provenance.ravel()[layout.atlas.texels], layout.atlas.from_vertices
    values = np.tile(typical, (len(kind), 1)).astype(np.float32)
    values[kind == SEEN] = (carry @ colours)[kind == SEEN]
    values[kind == MIRRORED] = (carry @ (layout.mirror @ colours))[kind == MIRRORED]
    return layout.atlas.spread(np.clip(values, 0, 255).astype(np.uint8))


def slips(count: int, parts: Parts) -> dict[str, float]:
    """Tells a second photo's pose wrongly by about half a degree and a millimetre, and measures the slip, px."""
    layout, region = parts.layout(1, SIZE), parts.refinement(1).face_region
    before, after = [], []
    for number, sitter in enumerate(sitters(count, parts)):
        rng = np.random.default_rng((number, 5))
        freckles = rng.normal(0, 7, (len(sitter.paint), 1))
        sitter = replace(sitter, paint=np.clip(sitter.paint + freckles, 0, 255).astype(np.uint8))
        shots = [sitter.photographed(0.25), sitter.photographed(-0.25)]
        camera, true = shots[1][1].camera, shots[1][1].camera_from_head
        yaw, pitch = rng.choice([-1, 1], 2) * 0.012 - (0.25, 0)
        wrong = rigid(camera_from_head_rotation(yaw, pitch, 0), true[:3, 3] + rng.choice([-1, 1], 3) * (1.0, 1.0, 0.0))
        taken = []
        for (photo, _), pose in zip(shots, (shots[0][1].camera_from_head, wrong), strict=True):
            one = capture(photo.image, camera, pose, sitter.mesh.vertices, sitter.mesh.triangles, layout)
            taken.append((one, judge(one, region, learn_from(one, region, layout), layout)))
        (first, trust), (second, other) = taken
        slip = find_slip([make_source(first, trust)], second, other, layout)
        scale = second.camera.focal / camera.focal
        places = [project_head(camera, pose, sitter.mesh.vertices)[0] for pose in (true, wrong)]
        both = (trust > 0.5) & (other > 0.5)
        needed = (places[0] - places[1]) * scale
        before.append(np.linalg.norm(needed, axis=1)[both].mean())
        after.append(np.linalg.norm(needed - slip, axis=1)[both].mean())
    return {"slip, px": float(np.mean(before)), "slip left, px": float(np.mean(after))}


def mouths(count: int, parts: Parts) -> dict[str, float]:
    """Opens mouths, and compares the colour of teeth with the true one: the usual tone, and what the photo tells."""
    head = parts.head
    opened = np.isin(head.expression_names, ("jawOpen", "mouthSmileLeft", "mouthSmileRight")) * 0.45
    rings = [list(scheme("mediapipe478").groups[f"lips_{side}"]) for side in ("inner", "outer")]
    usual, told, seen = [], [], 0
    for number, sitter in enumerate(sitters(count, parts)):
        rng = np.random.default_rng((number, 7))
        shape = head.shape(np.random.default_rng((number, 11)).normal(size=len(head.identity_basis)), opened)
        tone = rng.uniform((190, 175, 135), (245, 240, 230))
        paint = sitter.paint.copy()
        paint[sitter.mesh.triangles[sitter.mesh.parts == sitter.mesh.part_names.index("teeth")]] = tone
        smile = replace(sitter, mesh=replace(sitter.mesh, vertices=parts.refinement(1).matrix @ shape), paint=paint)
        photo, view = smile.photographed(0.0, light=everywhere(np.ones(3)))
        points = head.landmarks("mediapipe478").on(shape, head.triangles)
        pixels, _ = project_head(view.camera, view.camera_from_head, points)
        opening = look_into(photo.image, *(pixels[ring] for ring in rings))
        found = TONE if opening is None else opening.teeth
        seen += opening is not None
        for values, colour in ((usual, TONE), (told, found)):
            values.append(np.linalg.norm(lab(np.atleast_2d(colour)) - lab(tone[None])))
    return {"usual tone": float(np.mean(usual)), "from the photo": float(np.mean(told)), "seen in": seen / count}


def held_out(folder: Path, parts: Parts) -> dict[str, float]:
    """Bakes one real photo, and looks at what it does not show where another does."""
    photos = [read_photo((folder / f"james_{side}.jpg").read_bytes(), f"{side}.jpg") for side in ("left", "right")]
    whole = reconstruct(photos, parts=parts, texture_size=SIZE)
    layout, region = parts.layout(1, SIZE), parts.refinement(1).face_region
    rows = layout.atlas.texels
    mesh, finer, head = whole.mesh, parts.refinement(1), parts.head
    found: dict[str, list[float]] = {}
    for number in (0, 1):
        views = [whole.fit.views[number], whole.fit.views[1 - number]]
        shapes = [finer.matrix @ head.shape(whole.fit.identity, view.expression) for view in views]
        given = ([photos[number], photos[1 - number]], views, shapes)
        half, both = (
            bake(given[0][:k], mesh, given[1][:k], given[2][:k], SIZE, face_region=region, layout=layout)
            for k in (1, 2)
        )
        truth, colours = (t.image.reshape(-1, 3)[rows].astype(float) for t in (both, half))
        kind, known = half.provenance.ravel()[rows], both.provenance.ravel()[rows] == SEEN
        plain = np.tile(np.median(colours[kind == SEEN], axis=0), (len(colours), 1))
        for name, where in (("mirrored", kind == MIRRORED), ("filled", kind == FILLED)):
            for label, values in ((f"{name}, one colour", plain), (name, colours)):
                there = where & known
                away = np.linalg.norm(lab(values[there]) - lab(truth[there]), axis=1)
                found.setdefault(label, []).append(float(away.mean()))
    return {name: statistics.mean(values) for name, values in found.items()}


def speed(parts: Parts, repeats: int) -> dict[str, dict[str, float]]:
    """Times baking from one and from five photos, s: on the clock, and of processors."""
    sitter = next(sitters(1, parts))
    shots = [sitter.photographed(yaw) for yaw in (0.0, -0.6, 0.6, -0.3, 0.3)]
    result = {}
    for size, count in ((1024, 1), (2048, 1), (2048, 5), (4096, 1)):
        parts.layout(1, size)
        times = [
            _timed(lambda size=size, count=count: baked(shots[:count], sitter.mesh, parts, size))
            for _ in range(repeats)
        ]
        clock, processors = (statistics.median(column) for column in zip(*times, strict=True))
        result[f"{size}², {count} photo{'s' * (count > 1)}"] = {"s": clock, "processor s": processors}
    return result


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processors


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints Markdown tables, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.texture", description=__doc__.splitlines()[0])
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=3, help="of every timing; 0: none")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    parts = Parts(Settings())
    result = {"known heads, ΔE": known_heads(options.heads, parts), "known slips": slips(options.heads, parts)}
    result["teeth, ΔE"] = mouths(options.heads, parts)
    folder = Path(os.environ.get("FACERECON_EVAL", "")) / "james"
    if (folder / "james_left.jpg").exists():
        result["a real photo against another, ΔE"] = held_out(folder, parts)
    if options.repeats:
        result["time"] = speed(parts, options.repeats)
    parts.close()
    for title, rows in result.items():
        print(f"\n| {title} | |\n|---|---:|")
        for name, value in rows.items():
            told = ", ".join(f"{v:.2f} {k}" for k, v in value.items()) if isinstance(value, dict) else f"{value:.2f}"
            print(f"| {name} | {told} |")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
