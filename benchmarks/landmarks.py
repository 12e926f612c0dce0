"""How well and how fast each landmarker locates points: python -m benchmarks.landmarks [--heads N] [--json FILE].

Each portrait that `benchmarks.faces` makes shows one head, whose surface points are known: turned by up to YAW, PITCH
and ROLL, SIZES px large, well or badly photographed, one in four behind something. The landmarker gets the true box,
jittered. Errors are over the distance between the outer eye corners, as it were if the head looked into the camera.

What is true is a convention. The surface point of each of MediaPipe's 478 points was itself measured: the place on the
head where MediaPipe points at, on average over nearly frontal renders (`scripts/head/correspond.py`). So its mean error
in frontal heads is next to nothing by construction, and only what depends on pose, person, expression and photo is seen
here. The 68 points are made from those 478, and are surface points too: what another landmarker means otherwise, as a
jaw that follows the visible outline, counts as its error. “Corrected” is what is left when that landmarker's mean
error at that pose (`morphable.landmark_errors`, measured on other heads) is taken off, as the fit does: only so can
landmarkers be compared whose conventions differ. Medians are shown, for in profiles and behind masks a landmarker may
imagine a face that stands on its head, at an error of 100 %, and a few of those make a mean meaningless.

`--json facerecon/evaluation/data/landmarks.json` renews the numbers that the app shows.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import facerecon
from benchmarks.faces import COVERS, Portrait, jittered, portrait
from benchmarks.faces.looks import anny
from benchmarks.speed import machine
from facerecon.core.errors import AssetError
from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.evaluation.landmarks import FAILURE, Errors, in_bins
from facerecon.geometry.projection import project_head
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.landmarker import Landmarker
from facerecon.landmarks.schemes import convert, scheme
from facerecon.morphable.landmark_errors import landmark_errors

SEED = 68
YAW, PITCH, ROLL = np.radians((75, 40, 45))
SIZES = (32.0, 400.0)
"px, square root of the true box's area"
COVERED = 0.25
COMMON = "ibug68"
"the scheme in which landmarkers are compared"
REGIONS = {
    "outline": ("face_oval", "jaw"),
    "brows": ("right_brow", "left_brow"),
    "eyes": ("right_eye", "left_eye"),
    "irises": ("right_iris", "left_iris", "pupils"),
    "nose": ("nose", "nose_bridge", "nose_base"),
    "lips": ("lips_outer", "lips_inner"),
}
"name → groups of the schemes"
YAW_BINS = (0, 15, 30, 45, 60, 76)
SIZE_BINS = (32, 64, 128, 401)
CURVE = np.round(np.arange(0, 0.2001, 0.005), 3)


@dataclass(frozen=True, eq=False)
class Case:
    """A portrait, and what is true of it."""

    photo: Photo
    box: np.ndarray
    "`(4,)` px, the true box, jittered"
    true: Mapping[str, np.ndarray]
    "scheme → `(L, 2)` px"
    eyes: float
    "px between the outer corners of the eyes, if the head looked into the camera"
    camera: Camera
    camera_from_head: np.ndarray
    "`(4, 4)`"
    yaw: float
    "degrees, without its sign"
    size: float
    "px"
    cover: str


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints Markdown tables, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--heads", type=int, default=300, help="how many portraits")
    parser.add_argument("--landmarkers", nargs="+", choices=list(LANDMARKERS), default=list(LANDMARKERS))
    parser.add_argument("--device", default="cpu", help="where the networks run")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    cases = [case(number) for number in range(options.heads)]
    result = about(cases)
    for name in options.landmarkers:
        try:
            with LANDMARKERS.create(name, device=options.device) as landmarker:
                result["landmarkers"][name] = measure(landmarker, cases)
        except AssetError as error:
            result["absent"][name] = str(error)
    print(tables(result))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 0


def case(number: int, seed: int = SEED) -> Case:
    """Makes the portrait of a number; always the same one."""
    rng = np.random.default_rng((seed, number))
    pose = (rng.uniform(-1, 1) * YAW, *(rng.triangular(-1, 0, 1, 2) * (PITCH, ROLL)))
    size = float(np.exp(rng.uniform(*np.log(SIZES))))
    cover = str(rng.choice(COVERS[1:])) if rng.random() < COVERED else COVERS[0]
    made = portrait(rng, pose, size, cover)
    camera, camera_from_head = made.shown.camera, made.shown.camera_from_head
    true, eyes = truth(made)
    photo, box = Photo(made.image, str(number), None, ""), jittered(rng, made.shown.box)
    return Case(photo, box, true, eyes, camera, camera_from_head, abs(float(np.degrees(pose[0]))), size, cover)


def truth(made: Portrait) -> tuple[dict[str, np.ndarray], float]:
    """Projects the head's surface points of every scheme that the head knows, and measures its eyes' distance, px."""
    head, shown = anny(), made.shown
    vertices = head.shape(shown.person.identity, shown.person.expression)
    true = {}
    for name in dict.fromkeys((COMMON, *(LANDMARKERS.load(landmarker).scheme for landmarker in LANDMARKERS))):
        points = head.landmarks(name).on(vertices, head.triangles)
        true[name], depth = project_head(shown.camera, shown.camera_from_head, points)
        corners = [scheme(name).names[f"{side}_eye_outer"] for side in ("right", "left")]
        apart = float(np.linalg.norm(np.subtract(*points[corners])) * shown.camera.focal / depth[corners].mean())
    return true, apart


def about(cases: Sequence[Case]) -> dict[str, Any]:
    """Describes what is measured, with what and when."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": {"facerecon": facerecon.__version__} | {name: version(name) for name in ("mediapipe", "torch")},
        "heads": len(cases),
        "failure": FAILURE,
        "curve_limits": CURVE.tolist(),
        "landmarkers": {},
        "absent": {},
    }


def measure(landmarker: Landmarker, cases: Sequence[Case]) -> dict[str, Any]:
    """Lets one landmarker look at every portrait, and scores its own points and the common ones."""
    landmarker.locate(cases[0].photo, cases[0].box)  # the first call is slow
    found, times = [], []
    for one in cases:
        start = time.perf_counter()
        found.append(landmarker.locate(one.photo, one.box))
        times.append((time.perf_counter() - start) * 1000)
    names = dict.fromkeys((landmarker.scheme, COMMON))
    return {
        "ms": round(statistics.median(times), 1),
        "schemes": {name: _both([marks and convert(marks, name) for marks in found], cases, name) for name in names},
    }


def _both(found: Sequence[Landmarks | None], cases: Sequence[Case], name: str) -> dict[str, Any]:
    """Scores the landmarks of one scheme as they were found, and with their landmarker's mean error taken off."""
    points = [marks and marks.points for marks in found]
    corrected = [
        marks and marks.points - landmark_errors(marks.landmarker, name).mean(one.camera, one.camera_from_head)
        for marks, one in zip(found, cases, strict=True)
    ]
    return {"found": score(points, cases, name), "corrected": score(corrected, cases, name)}


def score(points: Sequence[np.ndarray | None], cases: Sequence[Case], name: str) -> dict[str, Any]:
    """Scores points of one scheme: all, by region, yaw, size and cover."""
    true, eyes = np.array([one.true[name] for one in cases]), np.array([one.eyes for one in cases])
    errors = Errors.of(points, true, eyes)
    yaw, size, cover = (np.array([getattr(one, field) for one in cases]) for field in ("yaw", "size", "cover"))
    regions = {
        region: sorted({row for group in groups for row in scheme(name).groups.get(group, ())})
        for region, groups in REGIONS.items()
    }
    return {
        "all": _numbers(errors),
        "by_region": {region: _rounded(errors.of_points(rows).median) for region, rows in regions.items() if rows},
        "by_yaw": _binned(errors, yaw, YAW_BINS),
        "by_size": _binned(errors, size, SIZE_BINS),
        "by_cover": [{"cover": kind} | _numbers(errors.of_faces(cover == kind)) for kind in COVERS],
        "curve": np.round(errors.share_within(CURVE), 4).tolist(),
    }


def _binned(errors: Errors, values: np.ndarray, edges: Sequence[int]) -> list[dict[str, Any]]:
    rows = zip(edges[:-1], edges[1:], in_bins(values, edges), strict=True)
    return [{"from": low, "to": high} | _numbers(errors.of_faces(mask)) for low, high, mask in rows]


def _numbers(errors: Errors) -> dict[str, Any]:
    """Gives a group of faces in numbers."""
    names = ("mean", "median", "failure_rate", "refusal_rate", "area")
    return {"faces": len(errors)} | {name: _rounded(getattr(errors, name)) for name in names}


def _rounded(number: float) -> float | None:
    """Rounds for a file; what cannot be told is None."""
    return round(number, 5) if np.isfinite(number) else None


def tables(result: dict[str, Any]) -> str:
    """Formats the numbers as Markdown."""
    rows = [
        (f"{name}, {scheme(points).count}" + ", corrected" * (kind == "corrected"), one, landmarker["ms"])
        for name, landmarker in result["landmarkers"].items()
        for points, kinds in landmarker["schemes"].items()
        for kind, one in kinds.items()
    ]
    lines = [
        f"{result['heads']} made portraits; {result['machine']['type']}, {result['date']}. Median NME in % of the "
        f"distance between the outer eye corners; failed: nothing found (refused), or more than {FAILURE:.0%} off.",
        "",
        f"| landmarker, points | NME | failed | refused | AUC | {' | '.join(REGIONS)} | ms |",
        "|---|" + "---:|" * (len(REGIONS) + 5),
        *(_row(label, one, ms) for label, one, ms in rows),
    ]
    for key, title in (("by_yaw", "yaw, °"), ("by_size", "face, px"), ("by_cover", "before the face")):
        groups = rows[0][1][key] if rows else []
        lines += ["", f"| NME (failed) by {title} | " + " | ".join(map(_group, groups)) + " |"]
        lines += ["|---|" + "---:|" * len(groups)]
        lines += [f"| {label} | " + " | ".join(map(_cell, one[key])) + " |" for label, one, _ in rows]
    lines += [f"\n{name}: {reason}" for name, reason in result["absent"].items()]
    return "\n".join(lines)


def _row(label: str, one: dict[str, Any], ms: float) -> str:
    """Formats a landmarker's line of the first table."""
    total = one["all"]
    regions = " | ".join(_percent(one["by_region"].get(region)) for region in REGIONS)
    errors = " | ".join(_percent(total[name]) for name in ("median", "failure_rate", "refusal_rate"))
    return f"| {label} | {errors} | {total['area']:.2f} | {regions} | {ms:.0f} |"


def _group(numbers: dict[str, Any]) -> str:
    return numbers["cover"] or "nothing" if "cover" in numbers else f"{numbers['from']}–{numbers['to']}"


def _cell(numbers: dict[str, Any]) -> str:
    return f"{_percent(numbers['median'])} ({_percent(numbers['failure_rate'])})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


if __name__ == "__main__":
    raise SystemExit(main())
