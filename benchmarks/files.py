"""How large a head's files are, and how long they take to build.

    python -m benchmarks.files [PHOTO] [--texture-size S]

PHOTO: a picture of a face; without it the sample of the astronaut. Times are medians of three.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from statistics import median

import facerecon
from facerecon.core.types import Reconstruction
from facerecon.export import FileOptions, format_files, ply_bytes

ROWS = (
    ("head.glb", "glb", FileOptions()),
    ("head.glb --skeleton", "glb", FileOptions(skeleton=True)),
    ("head.glb --quantised", "glb", FileOptions(quantised=True)),
    ("head.glb --quantised --skeleton", "glb", FileOptions(skeleton=True, quantised=True)),
    ("head.usdz", "usdz", FileOptions()),
    ("head.obj, its MTL and pictures", "obj", FileOptions()),
    ("head.ply", "ply", FileOptions()),
    ("head.stl", "stl", FileOptions()),
)


def measure(result: Reconstruction) -> list[tuple[str, float, float]]:
    """Measures each row's size in MB and its time in ms."""
    rows = []
    for label, name, options in ROWS:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            files = format_files(result, name, options)
            times.append(1000 * (time.perf_counter() - start))
        rows.append((label, sum(map(len, files.values())) / 1e6, median(times)))
    return [*rows, ("neutral.ply", len(ply_bytes(result.neutral)) / 1e6, 0.0)]


def main(words: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", nargs="?")
    parser.add_argument("--texture-size", type=int, default=1024)
    arguments = parser.parse_args(words)
    photo = facerecon.read_photo(arguments.photo) if arguments.photo else facerecon.load_sample("astronaut")
    result = facerecon.reconstruct([photo], texture_size=arguments.texture_size)
    print("| file | MB | ms |\n|---|---:|---:|")
    for label, size, milliseconds in measure(result):
        print(f"| {label} | {size:.2f} | {milliseconds:.0f} |")


if __name__ == "__main__":
    main()
