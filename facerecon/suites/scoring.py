"""Scores every answer of every method on every case of a suite: one flat record each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Photo
from facerecon.drawing.heads import silhouette
from facerecon.evaluation.photos import reprojection_errors, silhouette_iou
from facerecon.evaluation.scan_to_mesh import ScanTruth, normal_angles, region_distances, scan_to_mesh
from facerecon.evaluation.vertices import vertex_errors
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.projection import project_head, resize_camera
from facerecon.suites.cases import REDUCED, Case, Seen, Subject, Suite
from facerecon.suites.methods import Answer

Method = Callable[[Sequence[Photo]], Answer | None]


@dataclass(frozen=True, eq=False)
class Record:
    subject: str
    condition: str
    method: str
    numbers: Mapping[str, float] | None
    "name → mm, degrees, shares or ms; None: no face was found"


def scored(
    suite: Suite, count: int, seed: int, baselines: Mapping[str, Answer], methods: Mapping[str, Method]
) -> Iterator[Record]:
    """Runs a suite, one record after another.

    Args:
        suite: the subjects.
        count: how many of them.
        seed: of all that is random.
        baselines: row of the table → a head that knows no photo; it is scored once a subject.
        methods: row of the table → photos to head.
    """
    for subject in suite.subjects(count, seed):
        known = {name: shape_numbers(answer, subject) for name, answer in baselines.items()}
        for case in subject.cases:
            for name, numbers in known.items():
                yield Record(subject.name, case.condition, name, numbers)
            for name, method in methods.items():
                answer = method(case.photos)
                numbers = None if answer is None else shape_numbers(answer, subject) | photo_numbers(answer, case)
                yield Record(subject.name, case.condition, name, numbers)


def shape_numbers(answer: Answer, subject: Subject) -> dict[str, float]:
    """Scores the shape: non-metrical and metrical distances, regions, normals, and vertices where they are known."""
    truth: ScanTruth = subject.truth
    score = scan_to_mesh(answer.target, answer.landmarks68, truth)
    found = score.statistics
    numbers = {"median": found.median, "mean": found.mean, "std": found.std, "rms": found.rms, "p90": found.p90}
    numbers["scale"] = score.alignment.scale
    metrical = scan_to_mesh(answer.target, answer.landmarks68, truth, metrical=True).statistics
    numbers |= {"metrical_median": metrical.median, "metrical_mean": metrical.mean}
    angles = normal_angles(answer.target, truth, score)
    if angles is not None:
        numbers["normals"] = float(np.median(angles))
    regions = region_distances(answer.target, truth, score)
    numbers |= {name: float(np.median(distances)) for name, distances in regions.items() if len(distances)}
    if subject.vertices is not None and len(subject.vertices) == len(answer.target.mesh.vertices):
        numbers["vertices"] = _vertex_error(answer, subject.vertices)
    return numbers


def _vertex_error(answer: Answer, true: np.ndarray) -> float:
    """Measures the mean error of the face's vertices by their area, rigidly aligned, mm."""
    areas = vertex_areas(true, answer.target.mesh.triangles)
    weights = areas * answer.head.face_region[: len(true)]
    return float(np.average(vertex_errors(answer.target.mesh.vertices, true, weights), weights=weights))


def photo_numbers(answer: Answer, case: Case) -> dict[str, float]:
    """Compares the fitted head with what is known of its photos."""
    if answer.fit is None:
        return {}
    pairs = [_in_photo(answer, number, seen) for number, seen in enumerate(case.seen)]
    numbers = {"fit_ms": answer.milliseconds, "reprojection": float(np.mean([pair[0] for pair in pairs]))}
    overlaps = [pair[1] for pair in pairs if pair[1] is not None]
    return numbers | ({"iou": float(np.mean(overlaps))} if overlaps else {})


def _in_photo(answer: Answer, number: int, seen: Seen) -> tuple[float, float | None]:
    """Gives the mean reprojection error, % of the diagonal around the inner points, and the overlap of the outlines.

    The jaw's points are left out, which are another line of skin in each turn; and of the outlines all below the chin,
    where each head is cut off elsewhere.
    """
    head, view = answer.head, answer.fit.views[number]
    vertices = head.shape(answer.fit.identity, view.expression)
    marks = head.landmarks("ibug68").on(vertices, head.triangles)
    points, _ = project_head(view.camera, view.camera_from_head, marks)
    size = float(np.linalg.norm(np.ptp(seen.points68[17:], axis=0)))
    error = 100 * float(reprojection_errors(points[17:], seen.points68[17:], size).mean())
    if seen.silhouette is None:
        return error, None
    mask = silhouette(head.skin(vertices), resize_camera(view.camera, REDUCED), view.camera_from_head)
    rows = slice(0, int(seen.points68[:17, 1].max() * REDUCED))
    return error, silhouette_iou(mask[rows], seen.silhouette[rows])
