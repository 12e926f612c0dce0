"""How well a head is bent onto scans: python -m benchmarks.nonrigid [--heads N] [--eval FOLDER] [--json FILE].

On heads that are made (`benchmarks.bent_heads`: random identity and expression of our own model, bumps that it cannot
express, noise, holes) every vertex's true place is known: the error is from vertex to true vertex, not only the
distance between surfaces. The bumps go in all directions; what goes along smooth skin no scan shows, so that a part of
the error is not to be had. On a real scan with annotated landmarks, where one is at hand, the whole chain runs: the
face is found, the model fitted and bent.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.bent_heads import BentHead, bent_head
from facerecon.core.types import PointCloud
from facerecon.geometry.folding import folded
from facerecon.geometry.nearest import Surface
from facerecon.geometry.target import Target
from facerecon.geometry.transforms import apply
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.surface_fit import SurfaceFit, fit_surface
from facerecon.parts import Parts, Settings
from facerecon.registration.nonrigid import NonrigidStep, nonrigid_icp_steps
from facerecon.registration.stiff_system import LandmarkPairs
from facerecon.scan_landmarks import locate_on_scan
from facerecon.scans import read_scan

SEED = 2007
FACE = 0.5
"""Least `face_region` of what counts as face."""
ANNOTATED = np.r_[0:17, 29:34, 43:48, 34:43, 17:23, 23:29, 48:68]
"""iBUG order of the annotated scan's landmarks: jaw, brows, nose, eyes, mouth."""


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nonrigid", description=__doc__.splitlines()[0])
    parser.add_argument("--heads", type=int, default=10, help="made heads")
    default = os.environ.get("FACERECON_EVAL", str(Path(__file__).parents[2] / "shared/eval"))
    parser.add_argument("--eval", type=Path, default=Path(default), help="folder with the annotated scan")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    parts = Parts(Settings())
    result = {"made": made(parts.head, options.heads)}
    if (options.eval / "james").is_dir():
        for name, found in (("found landmarks", True), ("annotated landmarks", False)):
            result[name] = real(parts, options.eval / "james", found)
    parts.close()
    for title, numbers in result.items():
        print(f"\n{title}")
        for name, value in numbers.items():
            print(f"  {name:<48} {value:8.3f}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def bend(
    head: FaceModel, cloud: PointCloud, landmarks: np.ndarray, start: np.ndarray | None = None
) -> tuple[SurfaceFit, NonrigidStep]:
    """Fits the model to a scan and bends it; landmarks `(68, 3)` in the scan's frame."""
    fit = fit_surface(head, cloud, landmarks=landmarks, head_from_scan=start)
    points, known = head.landmarks("ibug68"), apply(fit.head_from_scan, landmarks)
    rows = np.flatnonzero(fit.landmark_weights)
    pairs = LandmarkPairs(points.triangle[rows], points.weights[rows], known[rows], fit.landmark_weights[rows])
    placed = PointCloud(apply(fit.head_from_scan, cloud.points), triangles=cloud.triangles)
    *_, last = nonrigid_icp_steps(head.mesh(fit.vertices), Target(placed), landmarks=pairs)
    return fit, last


def made(head: FaceModel, count: int) -> Mapping[str, float]:
    """Measures on made heads: mm, means over the heads."""
    rows, folds, seconds = [], 0, []
    for number in range(count):
        case = bent_head(head, np.random.default_rng([SEED, number]))
        began = time.perf_counter()
        fit, bent = bend(head, case.scan, case.landmarks)
        seconds.append(time.perf_counter() - began)
        folds += int(folded(fit.vertices, bent.vertices, head.triangles).sum())
        rows.append(_errors(head, case, fit, "fit") | _errors(head, case, fit, "bent", bent.vertices))
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return means | {"folded triangles, all heads": folds, "seconds a head": float(np.median(seconds))}


def _errors(
    head: FaceModel, case: BentHead, fit: SurfaceFit, name: str, vertices: np.ndarray | None = None
) -> dict[str, float]:
    """Compares vertices with their true places, and with the true surface."""
    vertices, true = fit.vertices if vertices is None else vertices, apply(fit.head_from_scan, case.true)
    face = (head.face_region > FACE) & (np.arange(len(true)) < head.skin_vertices)
    error = np.linalg.norm(vertices - true, axis=1)
    away = Surface(true, head.triangles[head.parts == 0]).nearest(vertices)[0]
    result = {}
    for where, rows in (("scanned", face & ~case.missing), ("missing", face & case.missing)):
        result[f"{name}, {where}: vertex to true vertex, median"] = float(np.median(error[rows]))
        result[f"{name}, {where}: vertex to true vertex, p90"] = float(np.percentile(error[rows], 90))
        result[f"{name}, {where}: vertex to true surface, median"] = float(np.median(away[rows]))
    return result


def real(parts: Parts, folder: Path, found: bool) -> Mapping[str, float]:
    """Measures on an annotated scan: mm."""
    head = parts.head
    cloud = read_scan(folder / "james.obj")
    cloud = PointCloud(cloud.points, triangles=cloud.triangles)  # its shape alone
    file = json.loads((folder / "james.ljson").read_text("utf-8"))
    annotated = np.array(file["groups"]["LJSON"]["landmarks"]["points"], dtype=np.float64)[ANNOTATED]
    began = time.perf_counter()
    marks = locate_on_scan(cloud, parts).landmarks68 if found else annotated
    fit, bent = bend(head, cloud, marks)
    seconds = time.perf_counter() - began
    placed = apply(fit.head_from_scan, cloud.points)
    on_scan = apply(fit.head_from_scan, annotated)
    result = {}
    for name, vertices in (("fit", fit.vertices), ("bent", bent.vertices)):
        skin = head.skin(vertices)
        away, triangle, weights = Surface(skin.vertices, skin.triangles).nearest(placed)
        face = (head.face_region[skin.triangles[triangle]] * weights).sum(axis=1) > FACE
        off = np.linalg.norm(head.landmarks("ibug68").on(vertices, head.triangles) - on_scan, axis=1)
        result[f"{name}: scan to head, median over the face"] = float(np.median(away[face]))
        result[f"{name}: scan to head, p90 over the face"] = float(np.percentile(away[face], 90))
        result[f"{name}: landmarks 1-17 (jaw) to annotated, median"] = float(np.median(off[:17]))
        result[f"{name}: landmarks 18-68 to annotated, median"] = float(np.median(off[17:]))
        result[f"{name}: landmarks to annotated, median"] = float(np.median(off))
    result["folded triangles"] = int(folded(fit.vertices, bent.vertices, head.triangles).sum())
    return result | {"seconds": seconds}


if __name__ == "__main__":
    raise SystemExit(main())
