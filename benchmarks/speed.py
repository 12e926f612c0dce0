"""How long each stage takes, warm and from a cold start: python -m benchmarks.speed [--json FILE].

A 1,000 px portrait (NASA's Eileen Collins, which scikit-image brings along, enlarged) becomes a textured GLB, again and
again in one process; then `python -m facerecon reconstruct` does the same from a cold start.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from skimage.data import astronaut

from facerecon.core.photos import read_photo
from facerecon.export import write_glb
from facerecon.pipeline import STAGES, Parts, Settings, reconstruct

GOALS_MS = {"total": 3_000, "cold": 12_000}
ROWS = ("read", *STAGES, "write GLB", "total")


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints a Markdown table, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10, help="warm runs")
    parser.add_argument("--cold", type=int, default=3, help="cold runs; 0: none")
    parser.add_argument("--size", type=int, default=1000, help="side of the photo, px")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    options = parser.parse_args(arguments)
    photo = portrait(options.size)
    runs = warm(photo, options.repeats)
    result = {
        "machine": machine(),
        "photo_px": options.size,
        "repeats": options.repeats,
        "warm_ms": {row: summary([run[row] for run in runs]) for row in ROWS},
        "glb_bytes": int(statistics.median(run["bytes"] for run in runs)),
        "cold_ms": summary(cold(photo, options.cold)) if options.cold else None,
        "goals_ms": GOALS_MS,
    }
    print(table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def portrait(size: int) -> bytes:
    """Makes the photo's file: a JPEG of `size` by `size` px."""
    file = io.BytesIO()
    Image.fromarray(astronaut()).resize((size, size), Image.Resampling.LANCZOS).save(file, "JPEG", quality=95)
    return file.getvalue()


def warm(photo: bytes, repeats: int) -> list[dict[str, float]]:
    """Runs the whole chain several times in this process; the first run only loads and is not counted.

    Returns:
        By run: row of the table → ms, and the `bytes` of the GLB.
    """
    parts = Parts(Settings())
    try:
        with tempfile.TemporaryDirectory() as folder:
            return [_run(photo, parts, Path(folder) / "head.glb") for _ in range(repeats + 1)][1:]
    finally:
        parts.close()


def _run(content: bytes, parts: Parts, path: Path) -> dict[str, float]:
    start = time.perf_counter()
    photo = read_photo(content, "portrait.jpg")
    read = time.perf_counter()
    head = reconstruct([photo], parts=parts)
    made = time.perf_counter()
    write_glb(head, path)
    end = time.perf_counter()
    stages = {stage: head.timings_ms[stage] for stage in STAGES}
    outer = {"read": read - start, "write GLB": end - made, "total": end - start}
    return stages | {name: seconds * 1000 for name, seconds in outer.items()} | {"bytes": path.stat().st_size}


def cold(photo: bytes, repeats: int) -> list[float]:
    """Times the whole command in processes of their own, ms; one more run before fills the disk's cache."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portrait.jpg"
        path.write_bytes(photo)
        for number in range(repeats + 1):
            command = [sys.executable, "-m", "facerecon", "reconstruct", str(path), "--out", f"{folder}/{number}"]
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append((time.perf_counter() - start) * 1000)
    return times[1:]


def summary(values: list[float]) -> dict[str, float]:
    """Gives the median, the least and the greatest value."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}


def machine() -> dict[str, object]:
    """Describes the machine by its kind alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": cores,
        "python": platform.python_version(),
        "type": f"{platform.system()} {platform.machine()}",
    }


def table(result: dict) -> str:
    """Formats the numbers as Markdown."""
    about = result["machine"]
    side, cores = result["photo_px"], about["cores"]
    lines = [
        f"{about['type']}, {cores} cores, Python {about['python']}; a photo of {side} by {side} px",
        "",
        "| stage | median ms | min | max |",
        "|---|---:|---:|---:|",
    ]
    lines += [_row(row, result["warm_ms"][row]) for row in ROWS]
    lines.append("")
    total = result["warm_ms"]["total"]["median"]
    lines.append(_goal(f"photo to textured GLB ({result['glb_bytes'] / 1e6:.1f} MB), warm", total, GOALS_MS["total"]))
    if result["cold_ms"]:
        took = result["cold_ms"]["median"]
        lines.append(_goal("`python -m facerecon reconstruct`, cold", took, GOALS_MS["cold"]))
    return "\n".join(lines)


def _row(name: str, values: dict[str, float]) -> str:
    numbers = " | ".join(f"{values[key]:.0f}" for key in ("median", "min", "max"))
    return f"| **{name}** | {numbers} |" if name == "total" else f"| {name} | {numbers} |"


def _goal(what: str, took: float, goal: float) -> str:
    verdict = "reached" if took < goal else "missed"
    return f"- {what}: {took / 1000:.1f} s (goal: under {goal / 1000:.0f} s, {verdict})"


if __name__ == "__main__":
    raise SystemExit(main())
