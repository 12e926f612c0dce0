"""Two faces beside each other: known distances, differences by region, two sets of landmarks, heads as heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import plotly.graph_objects as go

from facerecon.core.arrays import check_shape
from facerecon.drawing.maps import value_colours
from facerecon.drawing.overlays import HALO, draw_points
from facerecon.drawing.strokes import draw_lines, stroke_width
from facerecon.drawing.theme import ACCENT, QUIET, TEXT, Tone, dress, rgb

FIRST = ACCENT
SECOND = Tone("#b8420e", "#e8924a")
BARE = (168, 162, 155)
"""RGB of a head where nothing is measured."""
GOLDEN = (5**0.5 - 1) / 2
DIM = 0.5
"""What is left of a photo's brightness under two sets of landmarks."""


def distance_scale(
    rows: Mapping[str, tuple[np.ndarray, Tone]],
    distance: float,
    threshold: float,
    *,
    x_title: str,
    here: str,
    limit: str,
    dark: bool = False,
) -> go.Figure:
    """Plots where a pair lies among known pairs.

    Args:
        rows: label → distances `(N,)` of known pairs, and their tone.
        distance: of the pair.
        threshold: below which two faces count as one person's.
        x_title: of the distances.
        here: what is written at the pair.
        limit: what is written at the threshold.
        dark: for a dark surface.
    """
    figure = go.Figure()
    for place, (label, (values, tone)) in enumerate(rows.items()):
        # Multiples of the golden ratio spread points evenly, whatever their number.
        heights = -place + 0.56 * (GOLDEN * np.arange(len(values)) % 1 - 0.5)
        figure.add_scatter(
            x=values,
            y=heights,
            mode="markers",
            name=label,
            marker={"size": 8, "color": tone.on(dark), "opacity": 0.75 if len(values) < 100 else 0.4},
            hovertemplate="%{x:.2f}<extra>" + label + "</extra>",
        )
    most = 1.08 * max([distance, threshold, *(values.max(initial=0) for values, _ in rows.values())])
    marks = ((threshold, limit, QUIET, "dash", 1.5), (distance, here, TEXT, "solid", 3))
    for row, (x, text, tone, dash, width) in enumerate(marks):
        figure.add_vline(x, line={"color": tone.on(dark), "dash": dash, "width": width})
        place = {"x": x, "y": 1, "yref": "paper", "yshift": 18 * row, "yanchor": "bottom"}
        # A text stays inside the figure.
        place["xanchor"] = "left" if x < 0.2 * most else "right" if x > 0.8 * most else "center"
        figure.add_annotation(**place, text=text, showarrow=False, font={"color": tone.on(dark), "size": 13})
    dress(figure, dark).update_layout(height=120 + 62 * len(rows), showlegend=False, margin={"t": 42, "r": 12})
    figure.update_xaxes(title_text=x_title, range=[0, most])
    places = [-place for place in range(len(rows))]
    return figure.update_yaxes(tickvals=places, ticktext=list(rows), showgrid=False, range=[0.5 - len(rows), 0.5])


def difference_bars(
    values: Mapping[str, float],
    *,
    x_title: str,
    limits: Mapping[str, float | None] | None = None,
    mark: str = "",
    dark: bool = False,
) -> go.Figure:
    """Plots a difference for each part of a face; what exceeds its limit stands out.

    Args:
        values: label → how much it differs.
        x_title: with the unit.
        limits: label → what a bar must exceed to mean anything; None: not known. Not given: there are no limits.
        mark: what a limit is called where the pointer rests on it.
        dark: for a dark surface.
    """
    limits = limits or {}
    labels = list(reversed(values))
    quiet = [limits.get(label) is not None and values[label] <= limits[label] for label in labels]
    bar = go.Bar(
        x=[values[label] for label in labels],
        y=labels,
        orientation="h",
        marker={"color": [(QUIET if low else SECOND).on(dark) for low in quiet], "cornerradius": 3},
        hovertemplate="%{y}: %{x:.2g}<extra></extra>",
    )
    figure = go.Figure(bar)
    known = [label for label in labels if limits.get(label) is not None]
    if known:
        figure.add_scatter(
            x=[limits[label] for label in known],
            y=known,
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 2.5, "color": TEXT.on(dark)}},
            hovertemplate="%{y}: %{x:.2g}<extra>" + mark + "</extra>",
        )
    dress(figure, dark).update_layout(height=70 + 32 * len(labels), showlegend=False)
    figure.update_xaxes(title_text=x_title, rangemode="tozero")
    return figure.update_yaxes(showgrid=False)


def draw_both(image: np.ndarray, first: np.ndarray, second: np.ndarray, connections: np.ndarray) -> np.ndarray:
    """Draws two sets of landmarks on a dim grey picture, and lines between those that belong together.

    Args:
        image: `(H, W, 3)` RGB uint8.
        first: `(L, 2)` px.
        second: `(L, 2)` px.
        connections: `(C, 2)` landmarks to join by lines.
    """
    count = check_shape(first, ("L", 2), "first")["L"]
    check_shape(second, (count, 2), "second")
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    image, width = np.round(grey * DIM).astype(np.uint8), stroke_width(image, 0.0016)
    image = draw_lines(image, first, second, (235, 235, 235), width, 0.55)
    for points, tone in ((first, FIRST), (second, SECOND)):
        starts, ends = points[connections].transpose(1, 0, 2)
        image = draw_lines(image, starts, ends, HALO, 2 * width, 0.4)
        image = draw_lines(image, starts, ends, rgb(tone.dark), width)
        image = draw_points(image, points, colour=rgb(tone.dark), radius=1.5 * width)
    return image


def difference_colours(values: np.ndarray, measured: np.ndarray, most: float, signed: bool) -> np.ndarray:
    """Colours the vertices of a head by how much they differ, `(V, 3)` uint8; bare where nothing is measured.

    Args:
        values: `(V,)` mm.
        measured: `(V,)` in [0, 1]: how much each vertex belongs to what was measured.
        most: mm that get the last colour.
        signed: whether values have a sign; those below zero are then blue, those above orange.
    """
    colours = value_colours(values, (-most if signed else 0.0, most), signed)
    share = np.clip(measured, 0, 1)[:, None]
    return np.round(share * colours + (1 - share) * np.array(BARE)).astype(np.uint8)


def colour_bar(title: str, ticks: Sequence[str], signed: bool) -> str:
    """Writes the legend of `difference_colours` as HTML: a title, a ramp, and texts spread evenly under it."""
    stops = value_colours(np.linspace(0, 1, 9), (0, 1), signed)
    ramp = ", ".join(f"rgb({r} {g} {b})" for r, g, b in stops)
    spans = "".join(f"<span>{tick}</span>" for tick in ticks)
    colours = f'<i style="background: linear-gradient(90deg, {ramp})"></i>'
    return f'<div class="ramp"><b>{title}</b>{colours}<p>{spans}</p></div>'
