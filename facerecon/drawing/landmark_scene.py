"""Landmarks in three dimensions, as PyVista scenes: beads on strings, or on the surface that they span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyvista

from facerecon.core.arrays import check_shape
from facerecon.drawing.scene import CLAY, EDGE, frame, light
from facerecon.drawing.theme import STAGE_3D, STAGES, region_tone, rgb
from facerecon.geometry.normals import vertex_normals

BEAD = 0.011
"of the points' extent: the radius of a bead where there are few; many are smaller"
LIFT = 0.002
"of the points' extent: how far edges lie above the surface"


def landmark_scene(
    points: np.ndarray,
    groups: Mapping[str, Sequence[int]],
    lines: np.ndarray,
    triangles: np.ndarray | None = None,
    window_size: tuple[int, int] = (800, 600),
) -> pyvista.Plotter:
    """Builds a scene of landmarks, in the colours that `overlays.draw_points` gives them.

    Args:
        points: `(L, 3)`, x right, y up, z to the viewer; any unit.
        groups: group name → rows of `points`; the name decides the colour.
        lines: `(C, 2)` rows of `points` to join.
        triangles: `(T, 3)` rows of `points`, where their surface is to be shown.
        window_size: px.

    Returns:
        The plotter, off screen and not yet rendered; whoever gets it closes it.
    """
    check_shape(points, ("L", 3), "points")
    plotter = pyvista.Plotter(off_screen=True, window_size=list(window_size), lighting="none")
    plotter.set_background(STAGE_3D)
    paint = {"scalars": "rgb", "rgb": True, "ambient": 0.35, "diffuse": 0.7, "specular": 0.1, "smooth_shading": True}
    beads = pyvista.PolyData(points.astype(np.float32))
    beads.point_data["rgb"] = point_colours(len(points), groups)
    radius = BEAD * float(np.linalg.norm(np.ptp(points, axis=0))) * min(1, (60 / len(points)) ** 0.4)
    if triangles is not None:
        _add_surface(plotter, beads, triangles)
    elif len(lines):
        strings = pyvista.PolyData(beads.points, lines=np.insert(lines, 0, 2, axis=1).ravel())
        strings.point_data["rgb"] = beads.point_data["rgb"]
        plotter.add_mesh(strings.tube(radius=radius / 3, n_sides=6), name="lines", **paint)
    ball = pyvista.Sphere(radius=radius, theta_resolution=8, phi_resolution=8)
    plotter.add_mesh(beads.glyph(geom=ball, scale=False, orient=False), name="points", **paint)
    light(plotter)
    frame(plotter, points, window_size)
    return plotter


def point_colours(count: int, groups: Mapping[str, Sequence[int]]) -> np.ndarray:
    """Gives each point `(L, 3)` RGB uint8 the colour of its group; of several, that of the last."""
    colours = np.tile(np.uint8(rgb(STAGES["landmarks"].dark)), (count, 1))
    for name, rows in groups.items():
        colours[list(rows)] = rgb(region_tone(name).dark)
    return colours


def _add_surface(plotter: pyvista.Plotter, beads: pyvista.PolyData, triangles: np.ndarray) -> None:
    """Adds the triangles between the points, with their edges."""
    surface = pyvista.PolyData.from_regular_faces(beads.points, triangles)
    dull = {"ambient": 0.12, "diffuse": 0.9, "specular": 0.06}
    plotter.add_mesh(surface, name="surface", color=CLAY, smooth_shading=True, **dull)
    # A hair above the surface, or they would sink into it in places.
    lifted = beads.points + LIFT * surface.length * vertex_normals(beads.points, triangles).astype(np.float32)
    edges = pyvista.PolyData.from_regular_faces(lifted, triangles).extract_all_edges()
    plotter.add_mesh(edges, name="edges", color=EDGE, opacity=0.35, line_width=1, lighting=False)
