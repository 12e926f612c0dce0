"""Plots of heads that were scored on one scan: shares of the scan by distance, and medians by region."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from facerecon.drawing.figures import Series
from facerecon.drawing.theme import dress


def region_bars(
    series: Sequence[Series],
    regions: Sequence[str],
    *,
    x_title: str,
    dark: bool = False,
    row: int = 62,
) -> go.Figure:
    """Plots the errors of several heads by region of the face, one bar each.

    Args:
        series: one a head, a value a region; NaN where nothing was scanned.
        regions: what they are called, from the top down.
        x_title: of the errors, with the unit.
        dark: for a dark surface.
        row: px a region.
    """
    figure = go.Figure()
    for one in reversed(series):  # a bar chart counts upwards
        figure.add_bar(
            x=list(reversed(one.values)),
            y=list(reversed(regions)),
            name=one.label,
            orientation="h",
            marker={"color": one.tone.on(dark), "cornerradius": 3},
            hovertemplate=f"{one.label}, %{{y}}: %{{x:.2f}}<extra></extra>",
        )
    dress(figure, dark).update_layout(height=90 + row * len(regions), showlegend=len(series) > 1, barmode="group")
    figure.update_layout(legend_traceorder="reversed")
    figure.update_xaxes(title_text=x_title, rangemode="tozero")
    return figure.update_yaxes(showgrid=False)
