"""The suite `consistency`: how much the head of one person changes when only the photo does, in mm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from facerecon.core.errors import AssetError
from facerecon.core.types import Photo
from facerecon.evaluation.statistics import bootstrap_interval
from facerecon.evaluation.vertices import vertex_errors
from facerecon.geometry.graph import vertex_areas
from facerecon.parts import Parts
from facerecon.samples import load_sample
from facerecon.suites.james import JamesSuite
from facerecon.suites.methods import Answer, ours
from facerecon.suites.own import AnnySuite
from facerecon.suites.studio import recompressed

NAME = "consistency"
ABOUT = "how far the head of another photo of the same person lies from that of the first"
MIRRORED, OTHER, STRANGER = "mirrored", "another photo, ±20°", "another person"
RENDERED, REAL = "rendered", "real"
_LIGHT = 0.6


def variants(photo: Photo) -> dict[str, Photo]:
    """Makes other pictures of one photo, in which the person is the same."""
    image = photo.image
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    darker = (255 * (image / 255.0) ** (1 / _LIGHT) * 0.9).astype(np.uint8)
    pictures = {
        MIRRORED: np.ascontiguousarray(image[:, ::-1]),
        "half the size": half,
        "JPEG of quality 30": recompressed(image, 30),
        "darker": darker,
    }
    return {name: replace(photo, image=picture) for name, picture in pictures.items()}


def people(count: int, seed: int, folders: Sequence[Path]) -> Iterator[tuple[str, dict[str, list[Photo]]]]:
    """Gives people: their kind, and their photos by variant; the first photo is under the empty name."""
    for subject in AnnySuite().subjects(count, seed):
        photos = {case.photos[0].name: case.photos[0] for case in subject.cases if len(case.photos) == 1}
        first, *others = photos.values()
        yield RENDERED, {"": [first], **_listed(variants(first)), OTHER: others[:2]}
    astronaut = load_sample("astronaut")
    yield REAL, {"": [astronaut], **_listed(variants(astronaut))}
    try:
        (subject,) = JamesSuite(folders).subjects(1, seed)
    except AssetError:
        return
    left, right = (case.photos[0] for case in subject.cases[:2])
    yield REAL, {"": [left], **_listed(variants(left)), OTHER: [right]}


def _listed(photos: dict[str, Photo]) -> dict[str, list[Photo]]:
    return {name: [photo] for name, photo in photos.items()}


def measure(parts: Parts, count: int, seed: int, folders: Sequence[Path] = ()) -> dict[str, Any]:
    """Fits every photo alone, and compares the heads: kind of people → variant → mean, interval and values, mm."""
    fit, found, firsts = ours(parts), {RENDERED: {}, REAL: {}}, {RENDERED: [], REAL: []}
    for kind, photos in people(count, seed, folders):
        first = fit(photos.pop(""))
        if first is None:
            continue
        for before in firsts[kind]:
            found[kind].setdefault(STRANGER, []).append(distance(first, before))
        firsts[kind].append(first)
        for variant, pictures in photos.items():
            answers = [answer for photo in pictures if (answer := fit([photo])) is not None]
            if answers:
                values = [distance(answer, first, variant == MIRRORED) for answer in answers]
                found[kind].setdefault(variant, []).append(float(np.mean(values)))
    return {kind: {name: _summed(values) for name, values in rows.items()} for kind, rows in found.items() if rows}


def distance(answer: Answer, first: Answer, mirrored: bool = False) -> float:
    """Measures the mean distance of the face's vertices of two heads of one model, rigidly aligned, mm."""
    head, vertices = answer.head, answer.target.mesh.vertices
    if mirrored:
        vertices = vertices[head.mirror[: len(vertices)]] * [-1, 1, 1]
    base = first.target.mesh
    weights = vertex_areas(base.vertices, base.triangles) * head.face_region[: len(vertices)]
    return float(np.average(vertex_errors(vertices, base.vertices, weights), weights=weights))


def _summed(values: list[float]) -> dict[str, Any]:
    interval = bootstrap_interval(np.array(values), np.random.default_rng(0))
    return {"mean": float(np.mean(values)), "interval": interval, "values": values}


def table(found: dict[str, Any]) -> str:
    """Formats the distances as Markdown."""
    rows = dict.fromkeys(name for kind in found.values() for name in kind if name != STRANGER)
    lines = [f"### `{NAME}`: {ABOUT}", "", "Mean over the face's vertices, mm [95 %]; a head without photo has 0.", ""]
    lines += [f"| | {' | '.join(found)} |", f"|---{'|---:' * len(found)}|"]
    for name in (*rows, STRANGER):
        lines.append(f"| {name} | {' | '.join(_cell(kind.get(name)) for kind in found.values())} |")
    return "\n".join([*lines, ""])


def _cell(numbers: dict[str, Any] | None) -> str:
    if numbers is None:
        return "–"
    count = len(numbers["values"])
    interval = " [{:.2f}, {:.2f}]".format(*numbers["interval"]) if count > 1 else ""
    return f"{numbers['mean']:.2f}{interval} (n = {count})"
