"""Plots of a fit by the weight of its prior: what the data say against what the prior says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facerecon.drawing.figures import Series
from facerecon.drawing.theme import QUIET, TEXT, dress


def trade_off(
    series: Sequence[Series],
    weights: Sequence[float],
    *,
    default: float,
    current: float,
    x_title: str,
    default_text: str,
    dark: bool = False,
    row: int = 135,
) -> go.Figure:
    """Plots several quantities over one axis of weights, one above the other: their units differ.

    Args:
        series: their labels, with units, stand at their axes.
        weights: λ, ascending, each ten times the one before or so.
        default: the weight that is used, marked by a line with `default_text`.
        current: the weight that is looked at, marked by dots.
        x_title: of the weights.
        default_text: what is written at the default.
        dark: for a dark surface.
        row: px a quantity.
    """
    figure = make_subplots(rows=len(series), cols=1, shared_xaxes=True, vertical_spacing=0.16 / len(series))
    at = list(weights).index(current)
    for place, one in enumerate(series, start=1):
        tone = one.tone.on(dark)
        hover = "λ = %{x:g}: %{y:.2f}<extra></extra>"
        line = {
            "x": list(weights),
            "y": list(one.values),
            "line": {"color": tone, "width": 2.5},
            "hovertemplate": hover,
        }
        figure.add_scatter(**line, mode="lines+markers", marker={"color": tone, "size": 6}, row=place, col=1)
        marker = {"color": tone, "size": 13, "line": {"color": "white", "width": 2}}
        spot = {"x": [weights[at]], "y": [one.values[at]], "mode": "markers", "marker": marker}
        figure.add_scatter(**spot, hovertemplate=hover, row=place, col=1)
        figure.update_yaxes(title_text=one.label, row=place, col=1)
        figure.add_vline(default, line={"color": QUIET.on(dark), "width": 1.5, "dash": "dot"}, row=place, col=1)
    dress(figure, dark).update_layout(height=90 + row * len(series), showlegend=False)
    note = {"text": default_text, "showarrow": False, "font": {"size": 12, "color": TEXT.on(dark)}}
    figure.add_annotation(xref="x", yref="paper", x=float(np.log10(default)), y=1, yanchor="bottom", **note)
    figure.update_layout(margin_t=28)
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(type="log", showgrid=False, tickvals=list(weights), ticktext=[f"{w:g}" for w in weights])
    return figure.update_xaxes(title_text=x_title, row=len(series), col=1)
