"""Clouds as a PyVista scene: one that stays, one that moves in the colours of its residuals, lines to partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista

from facerecon.core.arrays import check_shape
from facerecon.core.types import PointCloud
from facerecon.drawing.scene import frame, light
from facerecon.drawing.theme import RESIDUALS, STAGE_3D, STILL, UNPAIRED, rgb

MOST_MM = 5.0
"The ramp ends there: greater residuals have the same colour."
NO_PARTNER = 255
"the level of a point without a partner"
POINT_SIZE = 5.0
"px"


@dataclass(frozen=True, eq=False)
class Panel:
    """One of the pictures that stand side by side."""

    source: PointCloud
    "with normals, where it now is"
    residuals: np.ndarray
    "`(N,)` mm; NaN where a point has no partner"
    lines: np.ndarray
    "`(K, 2, 3)` from points to their partners"


def residual_levels(residuals: np.ndarray) -> np.ndarray:
    """Turns residuals `(N,)`, mm, into rows of `residual_palette`, `(N,)` uint8; NaN into `NO_PARTNER`."""
    known = np.where(np.isnan(residuals), 0, residuals)
    levels = np.round(np.clip(known / MOST_MM, 0, 1) * (NO_PARTNER - 1))
    return np.where(np.isnan(residuals), NO_PARTNER, levels).astype(np.uint8)


def residual_palette() -> np.ndarray:
    """Gives `(256, 3)` RGB uint8: from none to `MOST_MM`, and last the colour of points without a partner."""
    stops = np.array([rgb(colour) for colour in RESIDUALS], float)
    places = np.linspace(0, 1, len(stops))
    levels = np.linspace(0, 1, NO_PARTNER)
    ramp = np.column_stack([np.interp(levels, places, stops[:, k]) for k in range(3)])
    return np.vstack([ramp, rgb(UNPAIRED)]).round().astype(np.uint8)


def cloud_scene(
    target: PointCloud, panels: Sequence[Panel], window_size: tuple[int, int] = (800, 600)
) -> pyvista.Plotter:
    """Builds a scene of registrations onto one target, side by side, seen alike.

    Args:
        target: with normals, mm.
        panels: one a registration.
        window_size: px of all together.

    Returns:
        The plotter, off screen and not yet rendered; whoever gets it closes it.
    """
    shape = (1, len(panels))
    plotter = pyvista.Plotter(
        off_screen=True, window_size=list(window_size), lighting="none", shape=shape, border=False
    )
    plotter.set_background(STAGE_3D, all_renderers=True)
    size = (window_size[0] // len(panels), window_size[1])
    for column, panel in enumerate(panels):
        check_shape(panel.residuals, (len(panel.source),), "Panel.residuals")
        plotter.subplot(0, column)
        _add_points(plotter, f"target_{column}", target, np.tile(np.uint8(rgb(STILL)), (len(target), 1)))
        colours = residual_palette()[residual_levels(panel.residuals)]
        _add_points(plotter, f"source_{column}", panel.source, colours)
        if len(panel.lines):
            _add_lines(plotter, f"lines_{column}", panel.lines)
        frame(plotter, target.points, size)
    light(plotter)  # all of them
    return plotter


def _add_points(plotter: pyvista.Plotter, name: str, cloud: PointCloud, colours: np.ndarray) -> None:
    """Adds a cloud; its normals let the lamps shade it."""
    points = pyvista.PolyData(cloud.points.astype(np.float32))
    points.point_data.set_array(cloud.normals.astype(np.float32), "Normals")
    points.point_data.active_normals_name = "Normals"
    points.point_data["rgb"] = colours
    dull = {"ambient": 0.4, "diffuse": 0.85, "specular": 0.0}
    paint = {"scalars": "rgb", "rgb": True, "style": "points", "point_size": POINT_SIZE, "copy_mesh": False}
    actor = plotter.add_mesh(points, name=name, lighting=True, **paint, **dull)
    actor.prop.interpolation = "Phong"  # flat shading does not look at the points' normals


def _add_lines(plotter: pyvista.Plotter, name: str, lines: np.ndarray) -> None:
    """Adds thin lines `(K, 2, 3)` between partners."""
    check_shape(lines, ("K", 2, 3), "lines")
    rows = np.arange(2 * len(lines)).reshape(-1, 2)
    ends = lines.reshape(-1, 3).astype(np.float32)
    segments = pyvista.PolyData(ends, lines=np.insert(rows, 0, 2, axis=1).ravel())
    plotter.add_mesh(segments, name=name, color="white", opacity=0.6, line_width=1, lighting=False, copy_mesh=False)
