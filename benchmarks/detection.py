"""How well and how fast each detector finds faces: python -m benchmarks.detection [--pictures N] [--json FILE].

Quality and speed are measured on pictures that `benchmarks.faces` makes, the same every time, and on pictures without
faces; every detector is asked for all faces from SMALLEST px on. Average precision counts every candidate; precision,
recall and false positives are those of the detector's own threshold. The samples that the package brings along (one
photo of a person, three synthetic ones) hold one face each.

`--json facerecon/evaluation/data/detection.json` renews the numbers that the app shows.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import facerecon
from benchmarks.faces import SIZES, Picture, negative, picture
from benchmarks.speed import machine
from facerecon.core.errors import AssetError
from facerecon.core.types import Faces, Photo
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.detection.network_detector import NetworkDetector
from facerecon.detection.search import Search
from facerecon.detection.selection import select
from facerecon.evaluation.detection import Match, curve, match
from facerecon.samples import SAMPLES, load_sample

CLASSES = ((SIZES[0], 48.0), (48.0, 96.0), (96.0, 300.0), (300.0, SIZES[1]))
"px, of the true boxes"
SMALLEST = 20.0
BATCH = 8
TIMED = 64
"pictures whose times count"
NEGATIVES = 1 / 5
"pictures without faces, of those with"


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints a Markdown table, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=200, help="with faces; a fifth as many follow without")
    parser.add_argument("--detectors", nargs="+", choices=list(DETECTORS), default=list(DETECTORS))
    parser.add_argument("--device", default="cpu", help="where the networks run")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    pictures = [picture(number) for number in tqdm(range(options.pictures), desc="pictures")]
    negatives = [negative(number) for number in range(round(options.pictures * NEGATIVES))]
    result = about(pictures, negatives)
    for name in options.detectors:
        try:
            with DETECTORS.create(name, device=options.device) as detector:
                result["detectors"][name] = measure(detector, pictures, negatives)
        except AssetError as error:
            result["absent"][name] = str(error)
    print(table(result))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 0


def about(pictures: Sequence[Picture], negatives: Sequence[Picture]) -> dict[str, Any]:
    """Describes what is measured, with what and when."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": {"facerecon": facerecon.__version__} | {name: version(name) for name in ("mediapipe", "torch")},
        "pictures": len(pictures),
        "negatives": len(negatives),
        "faces": sum(len(one.boxes) for one in pictures),
        "smallest_px": SMALLEST,
        "batch": BATCH,
        "samples": len(SAMPLES),
        "detectors": {},
        "absent": {},
    }


def measure(detector: Detector, pictures: Sequence[Picture], negatives: Sequence[Picture]) -> dict[str, Any]:
    """Lets one detector look at everything."""
    images = [one.image for one in pictures]
    detector.propose(_photo(images[0]))  # the first call is slow
    proposals, single = _proposed(detector, images, 1)
    batched = _proposed(detector, images[:TIMED], BATCH)[1] if isinstance(detector, NetworkDetector) else None
    found = [select(one, 0.0, detector.overlap).faces for one in proposals]
    pairs = [match(faces, one.boxes, one.ignored) for faces, one in zip(found, pictures, strict=True)]
    mistakes = [len(detector.detect(_photo(one.image), Search(SMALLEST))) for one in negatives]
    samples = [len(detector.detect(load_sample(name))) for name in SAMPLES]
    return {
        "threshold": detector.threshold,
        "all": _scores(pairs, (0.0, float("inf")), detector.threshold),
        "by_size": [
            {"from_px": low, "to_px": high} | _scores(pairs, (low, high), detector.threshold) for low, high in CLASSES
        ],
        "median_iou": _median_iou(pairs, detector.threshold),
        "false_positives": sum(mistakes),
        "samples_right": sum(count == 1 for count in samples),
        "ms": round(statistics.median(single[:TIMED]), 1),
        "ms_in_batch": round(statistics.median(batched), 1) if batched else None,
    }


def _proposed(detector: Detector, images: Sequence[np.ndarray], batch: int) -> tuple[list[Faces], list[float]]:
    """Proposes faces in images, some at once: also the time of an image, ms, by batch."""
    proposals, times, search = [], [], Search(SMALLEST)
    for first in tqdm(range(0, len(images), batch), desc=f"{detector.name}, {batch} at once"):
        some = images[first : first + batch]
        start = time.perf_counter()
        if batch > 1:
            proposals += detector.propose_batch(some, search)
        else:
            proposals.append(detector.propose(_photo(some[0]), search))
        times.append((time.perf_counter() - start) * 1000 / len(some))
    return proposals, times


def _photo(image: np.ndarray) -> Photo:
    return Photo(image, "", None, "")


def _scores(pairs: Sequence[Match], sizes: tuple[float, float], threshold: float) -> dict[str, float | int | None]:
    """Scores faces of some sizes; what cannot be told is None."""
    drawn = curve(pairs, sizes)
    precision, recall = drawn.at(threshold)
    numbers = {"precision": precision, "recall": recall, "average_precision": drawn.average_precision}
    rounded = {name: None if np.isnan(value) else round(value, 4) for name, value in numbers.items()}
    return {"faces": drawn.faces, **rounded}


def _median_iou(pairs: Sequence[Match], threshold: float) -> float | None:
    """Tells how well the boxes of the faces that were found agree with the true ones."""
    overlaps = np.concatenate([one.overlaps[(one.truth >= 0) & (one.scores >= threshold)] for one in pairs])
    return round(float(np.median(overlaps)), 3) if len(overlaps) else None


def table(result: dict[str, Any]) -> str:
    """Formats the numbers as Markdown."""
    kind, cores = result["machine"]["type"], result["machine"]["cores"]
    timed = min(TIMED, result["pictures"])
    classes = " | ".join(f"AP {low:.0f}–{high:.0f} px" for low, high in CLASSES)
    lines = [
        f"{result['faces']} faces on {result['pictures']} made pictures, {result['negatives']} pictures without faces, "
        f"{result['samples']} samples; {kind}, {cores} cores, {result['date']}",
        "",
        f"| detector | AP@0.5 | {classes} | precision | recall | median IoU | false alarms | samples | ms | ms in 8s |",
        "|---|" + "---:|" * (len(CLASSES) + 8),
        *(_row(name, row, result["samples"]) for name, row in result["detectors"].items()),
        "",
        f"ms: median of {timed} pictures; in 8s: eight at once (mediapipe: one after the other).",
        *(f"- {name}: {reason}" for name, reason in result["absent"].items()),
    ]
    return "\n".join(lines)


def _row(name: str, row: dict[str, Any], samples: int) -> str:
    scores = [row["all"]["average_precision"], *(one["average_precision"] for one in row["by_size"])]
    scores += [row["all"]["precision"], row["all"]["recall"], row["median_iou"]]
    cells = ["–" if score is None else f"{score:.2f}" for score in scores]
    batched = row["ms"] if row["ms_in_batch"] is None else row["ms_in_batch"]
    cells += [str(row["false_positives"]), f"{row['samples_right']}/{samples}", f"{row['ms']:.0f}", f"{batched:.0f}"]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())
