"""Figures and pictures of meshes: measures before and after, curvature as colour, Delaunay's circles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facerecon.drawing.maps import value_colours
from facerecon.drawing.overlays import draw_triangles
from facerecon.drawing.strokes import draw_curve, draw_dots, stroke_width
from facerecon.drawing.theme import ACCENT, QUIET, STAGES, dress, rgb
from facerecon.geometry.delaunay import DelaunayStep, circumcircles

BINS = 36
BENT = 0.12
"""1 / mm: the mean curvature that gets the strongest colour; a ball of 8 mm has it."""
ROUND = np.linspace(0, 2 * np.pi, 73)[:-1]


def before_after(
    before: np.ndarray,
    after: np.ndarray,
    limits: tuple[float, float],
    *,
    names: Sequence[str],
    x_title: str,
    y_title: str,
    dark: bool = False,
    height: int = 280,
) -> go.Figure:
    """Plots how two sets of values are spread, each as shares of its own number.

    Args:
        before: `(N,)`, a line; what is not finite is left out.
        after: `(M,)`, bars.
        limits: of the values; what lies beyond is not shown.
        names: of both, for the legend.
        x_title: with the unit.
        y_title: of the share, %.
        dark: for a dark surface.
        height: px.
    """
    edges = np.linspace(*limits, BINS + 1)
    hover = "%{x:.3g}: %{y:.1f} %<extra>"
    centres = (edges[:-1] + edges[1:]) / 2
    both = [
        {
            "x": centres,
            "y": _shares(values, edges),
            "name": name,
            "hovertemplate": f"{hover}{name}</extra>",
        }
        for name, values in zip(names, (before, after), strict=True)
    ]
    figure = go.Figure()
    figure.add_bar(**both[1], width=np.diff(edges) * 0.92, marker={"color": STAGES["mesh"].on(dark)})
    figure.add_scatter(**both[0], mode="lines", line={"color": QUIET.on(dark), "width": 2.5, "shape": "hvh"})
    dress(figure, dark).update_layout(height=height, bargap=0, showlegend=True, legend={"traceorder": "reversed"})
    figure.update_xaxes(title_text=x_title, showgrid=False, range=limits)
    return figure.update_yaxes(title_text=y_title, rangemode="tozero")


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts values between edges, in percent of all that are finite."""
    values = values[np.isfinite(values)]
    return 100 * np.histogram(values, edges)[0] / max(len(values), 1)


def curvature_colours(mean: np.ndarray) -> np.ndarray:
    """Colours `(V,)` mean curvatures, 1 / mm: red where the surface bulges, blue where it is hollow; `(V, 3)` uint8."""
    return value_colours(mean, (-BENT, BENT), diverging=True)


def draw_delaunay(image: np.ndarray, points: np.ndarray, step: DelaunayStep) -> np.ndarray:
    """Draws a triangulation, the point that came last, and the circles that it emptied.

    Args:
        image: `(H, W, 3)` RGB uint8.
        points: `(N, 2)` px.
        step: of `delaunay_steps`.
    """
    width = stroke_width(image, 0.0012)
    image = draw_triangles(image, points, step.triangles, rgb(STAGES["mesh"].dark), width, opacity=0.9)
    image = draw_triangles(image, points, step.cavity, rgb(STAGES["landmarks"].dark), width, opacity=0.7)
    centres, radii = circumcircles(points, step.cavity)
    for centre, radius in zip(centres, radii, strict=True):
        if radius < np.hypot(*image.shape[:2]):
            ring = centre + radius * np.column_stack([np.cos(ROUND), np.sin(ROUND)])
            image = draw_curve(image, ring, rgb(STAGES["landmarks"].dark), 1.5 * width, closed=True, opacity=0.85)
    used = np.unique(step.triangles)
    image = draw_dots(image, points[used], rgb(STAGES["mesh"].dark), 1.8 * width)
    return draw_dots(image, points[[step.point]], rgb(ACCENT.dark), 5 * width)
