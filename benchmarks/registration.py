"""How well and fast clouds are registered, beside open3d and small_gicp: python -m benchmarks.registration.

Clouds are samples of our mean head, source and target drawn apart. Everybody gets the same clouds, once with a start
that is wrong by a known motion, and once without a start. Peers are measured where they are installed
(requirements-bench.txt). Success: at most SUCCESS from the truth.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.clouds.contestants import Contestant, contestants
from benchmarks.clouds.scenes import Difficulty, errors, scene
from benchmarks.speed import machine
from facerecon.core.errors import CloudError

SUCCESS = (2.0, 3.0)
"degrees, and mm at the head's middle"
LOCAL = Difficulty(rotation=20, translation=20)
GLOBAL = Difficulty(rotation=180, translation=200, exactly=False)
NOISES, OUTLIERS, OVERLAPS = (0.0, 1.0, 2.0), (0.2, 0.4, 0.6), (0.8, 0.6, 0.4)
SIZES = (5_000, 50_000, 200_000)


def columns(base: Difficulty, rotations: Sequence[float], translations: Sequence[float]) -> dict[str, Difficulty]:
    """Lists what is varied, one thing at a time."""
    return (
        {f"{value:.0f}°": replace(base, rotation=value, exactly=True) for value in rotations}
        | {f"{value:.0f} mm": replace(base, translation=value, exactly=True) for value in translations}
        | {f"noise {value:g} mm": replace(base, noise=value) for value in NOISES}
        | {f"outliers {value:.0%}": replace(base, outliers=value) for value in OUTLIERS}
        | {f"overlap {value:.0%}": replace(base, overlap=value) for value in OVERLAPS}
    )


SUITES = {
    "from a start": (columns(LOCAL, (0, 10, 30, 45, 60, 90, 120, 180), (50, 100)), True),
    "without a start": (columns(GLOBAL, (0, 45, 90, 135, 180), (1000,)), False),
}


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints Markdown tables, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registration", description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20, help="scenes a column")
    parser.add_argument("--quick", action="store_true", help="three scenes a column, and no large clouds")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of the contestants, those whose name holds a word")
    parser.add_argument(
        "--suites", nargs="+", choices=list(SUITES), default=list(SUITES), help="with or without a start"
    )
    parser.add_argument("--columns", nargs="+", metavar="NAME", help="of the columns, these")
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES, help="of the clouds that are timed")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    runners = {
        name: run for name, run in contestants().items() if not options.only or any(w in name for w in options.only)
    }
    trials = 3 if options.quick else options.trials
    result: dict[str, Any] = {"machine": machine(), "trials": trials, "success": SUCCESS, "suites": {}}
    for suite in options.suites:
        difficulties, from_start = SUITES[suite]
        if options.columns:
            difficulties = {name: one for name, one in difficulties.items() if name in options.columns}
        result["suites"][suite] = {
            name: {
                column: cell(run, one, from_start, trials, f"{name}, {column}") for column, one in difficulties.items()
            }
            for name, run in runners.items()
        }
    sizes = options.sizes[:1] if options.quick else options.sizes
    result["ms"] = {name: {size: milliseconds(run, size) for size in sizes} for name, run in runners.items()}
    print(table(result))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 0


def cell(run: Contestant, difficulty: Difficulty, from_start: bool, trials: int, label: str) -> dict[str, Any]:
    """Lets one contestant register all scenes of a column: the same for everybody."""
    found, iterations = [], []
    for trial in tqdm(range(trials), desc=label, leave=False, disable=None):
        made = scene(np.random.default_rng(trial), difficulty)
        try:
            motion, count = run(made.source, made.target, from_start)
        except CloudError:
            motion, count = np.eye(4), 0
        found.append(errors(motion, made))
        iterations.append(count)
    right = [turn <= SUCCESS[0] and shift <= SUCCESS[1] for turn, shift in found]
    won = [pair for pair, good in zip(found, right, strict=True) if good]
    return {
        "success": sum(right) / trials,
        "degrees": round(statistics.median(turn for turn, _ in won), 4) if won else None,
        "mm": round(statistics.median(shift for _, shift in won), 4) if won else None,
        "iterations": statistics.median(iterations),
    }


def milliseconds(run: Contestant, points: int, repeats: int = 3) -> dict[str, float]:
    """Times a registration of clouds without normals, from a start and without: the median."""
    made = scene(np.random.default_rng(0), replace(LOCAL, points=points))
    times: dict[str, float] = {}
    for label, from_start in (("start", True), ("none", False)):
        taken = []
        for _ in range(repeats):
            begin = time.perf_counter()
            run(made.source, made.target, from_start)
            taken.append((time.perf_counter() - begin) * 1000)
        times[label] = round(statistics.median(taken), 1)
    return times


def table(result: dict[str, Any]) -> str:
    """Formats the numbers as Markdown: success in %, then the median error of the successes."""
    about = result["machine"]
    lines = [f"{result['trials']} scenes a column; {about['type']}, {about['cores']} cores, Python {about['python']}"]
    for suite, rows in result["suites"].items():
        names = list(rows)
        lines += ["", f"Success {suite}, % (median ° / mm of the successes):", ""]
        lines += ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
        for column in rows[names[0]]:
            lines.append(f"| {column} | " + " | ".join(_text(rows[name][column]) for name in names) + " |")
    if not any(result["ms"].values()):
        return "\n".join(lines)
    lines += ["", "Time, ms from a start / without one:", ""]
    sizes = list(next(iter(result["ms"].values())))
    lines += ["| | " + " | ".join(f"{size} points" for size in sizes) + " |", "|---|" + "---:|" * len(sizes)]
    for name, times in result["ms"].items():
        cells = (f"{times[size]['start']:.0f} / {times[size]['none']:.0f}" for size in sizes)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _text(one: dict[str, Any]) -> str:
    rate = f"{one['success']:.0%}"
    return rate if one["degrees"] is None else f"{rate} ({one['degrees']:.2g} / {one['mm']:.2g})"


if __name__ == "__main__":
    raise SystemExit(main())
