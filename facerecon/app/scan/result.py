"""The head that a scan became: in 3D, in numbers, and to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facerecon.app import cache, heads, layout
from facerecon.app.numbers import duration, two_digits
from facerecon.app.scan.replay import MOST
from facerecon.app.texts import t
from facerecon.drawing.comparison import difference_colours

if TYPE_CHECKING:
    from pyvista import Plotter

VIEWS = ("textured", "clay", "away", "provenance")
HEIGHT = 560


def show_head(run: cache.Run) -> None:
    """Shows the finished head."""
    heads.show_scenes("scan", f"{run.key}/scan", VIEWS, lambda names: _scenes(run, names), height=HEIGHT)


def _scenes(run: cache.Run, names: Sequence[str]) -> Mapping[str, Plotter]:
    from facerecon.drawing.scene import scene

    result = run.reconstruction
    window = {"window_size": (heads.WIDTH, HEIGHT)}
    dress = {"texture": result.texture, "part_images": result.part_images, **window}
    known = {name: lambda name=name: scene(result.mesh, style=name, **dress) for name in names if name != "away"}
    make = {**known, "away": lambda: scene(result.mesh, style="colours", colours=_away(run), **window)}
    return {name: make[name]() for name in names}


def _away(run: cache.Run) -> np.ndarray:
    """Colours the finished mesh by its distance from the scan, `(V, 3)` uint8; bare where nothing was scanned."""
    result, parts = run.reconstruction, cache.workshop().parts
    skin, finer = parts.head.skin_vertices, parts.refinement(1)
    fields = np.zeros((2, len(parts.head.mean)))
    fields[:, :skin] = np.nan_to_num(result.scan.distances), np.isfinite(result.scan.distances)
    shown, measured = (finer.matrix @ field for field in fields)
    return difference_colours(shown, measured, MOST, signed=False)


def show_numbers(run: cache.Run) -> None:
    """Tells how near the head lies to the scan, and where its millimetres come from."""
    result = run.reconstruction
    away = result.scan.distances[np.isfinite(result.scan.distances)]
    unit = result.scan.units[0]
    layout.numbers(
        [
            (t("scan.residual"), two_digits(float(np.median(away))) if len(away) else "–", "mm"),
            (t("scan.share"), f"{100 * len(away) / len(result.scan.distances):.0f}", "%"),
            (t("scan.read_in"), t(f"scan.unit_{unit}") if unit != "?" else "?", ""),
            (t("number.scale"), f"± {two_digits(100 * result.fit.scale.relative_error)}", "%"),
            (t("number.total"), *duration(result.timings_ms["total"])),
        ]
    )
    layout.caption(f"scale.{result.fit.scale.source}")
