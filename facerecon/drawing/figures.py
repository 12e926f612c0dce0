"""Plotly figures of what the stages measured; every word on them is passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import check_shape
from facerecon.drawing.theme import ACCENT, QUIET, STAGES, TEXT, Tone, dress, region_tone

REGIONS = ("brow", "eye", "cheek", "nose", "mouth", "jaw", "tongue")
"""Where on the face expressions happen, from the top down; the names of ARKit's begin with these words."""

DECADES = [float(f"{start}e{power}") for power in range(-4, 5) for start in (1, 3)]
"""What is written at a logarithmic axis."""


def error_curve(
    curves: Mapping[str, Sequence[float]],
    *,
    x_title: str,
    y_title: str,
    current: int | None = None,
    logarithmic: bool = False,
    dark: bool = False,
    height: int = 300,
) -> go.Figure:
    """Plots errors by step.

    Args:
        curves: name → error after each step; more than one curve brings a legend.
        x_title: of the steps.
        y_title: with its unit.
        current: the step to mark.
        logarithmic: the error's axis.
        dark: for a dark surface.
        height: px.
    """
    figure = go.Figure()
    colours = [STAGES["fitting"], ACCENT, *(tone for stage, tone in STAGES.items() if stage != "fitting")]
    for (name, values), tone in zip(curves.items(), colours, strict=False):
        line = {"color": tone.on(dark), "width": 2.5}
        hover = "%{x}: %{y:.3g}<extra>" + name + "</extra>"
        steps = np.arange(len(values))
        figure.add_scatter(x=steps, y=np.asarray(values), name=name, mode="lines", line=line, hovertemplate=hover)
        if current is not None and 0 <= current < len(values):
            marker = {"color": tone.on(dark), "size": 11, "line": {"color": "white", "width": 2}}
            spot = {"x": [current], "y": [values[current]], "mode": "markers", "marker": marker}
            figure.add_scatter(**spot, showlegend=False, hovertemplate=hover)
    if current is not None:
        figure.add_vline(current, line={"color": QUIET.on(dark), "width": 1, "dash": "dot"})
    dress(figure, dark).update_layout(height=height, showlegend=len(curves) > 1)
    figure.update_xaxes(title_text=x_title, showgrid=False, rangemode="tozero")
    figure.update_yaxes(title_text=y_title, type="log" if logarithmic else "linear")
    if logarithmic:
        return figure.update_yaxes(tickvals=DECADES, ticktext=[f"{value:g}" for value in DECADES])
    return figure.update_yaxes(rangemode="tozero")


def blendshape_bars(
    scores: np.ndarray,
    *,
    x_title: str,
    fitted: np.ndarray | None = None,
    names: tuple[str, str] = ("", ""),
    labels: Mapping[str, str] | None = None,
    regions: Sequence[str] = REGIONS,
    dark: bool = False,
) -> go.Figure:
    """Plots the 52 expression scores, or some, grouped by region of the face.

    Args:
        scores: `(52,)` in [0, 1], in ARKit's order.
        x_title: of the scores.
        fitted: `(52,)` weights to mark on the bars, or None.
        names: what the bars and the marks are, for the legend where there are both.
        labels: ARKit name → text; default: the name.
        regions: which to show, of `REGIONS`.
        dark: for a dark surface.

    Returns:
        The figure; its height grows with the number of bars.
    """
    check_shape(np.asarray(scores), (len(ARKIT_NAMES),), "scores")
    places = {i: _place(name) for i, name in enumerate(ARKIT_NAMES)}
    # A bar chart counts upwards.
    shown = sorted(places, key=lambda i: (places[i], ARKIT_NAMES[i]), reverse=True)
    shown = [i for i in shown if REGIONS[places[i]] in regions]
    texts = [(labels or {}).get(ARKIT_NAMES[i], ARKIT_NAMES[i]) for i in shown]
    colours = [region_tone(ARKIT_NAMES[i]).on(dark) for i in shown]
    bars = {"x": np.asarray(scores)[shown], "y": texts, "orientation": "h", "name": names[0]}
    hover = "%{y}: %{x:.2f}<extra></extra>"
    figure = go.Figure(go.Bar(**bars, marker={"color": colours, "cornerradius": 3}, hovertemplate=hover))
    if fitted is not None:
        marker = {"symbol": "line-ns", "size": 13, "line": {"width": 2.5, "color": TEXT.on(dark)}}
        marks = {"x": np.asarray(fitted)[shown], "y": texts, "mode": "markers", "name": names[1]}
        figure.add_scatter(**marks, marker=marker, hovertemplate=hover)
    dress(figure, dark).update_layout(height=70 + 19 * len(shown), showlegend=fitted is not None)
    figure.update_xaxes(title_text=x_title, range=[0, 1])
    return figure.update_yaxes(showgrid=False, tickfont={"size": 11}, range=[-0.7, len(shown) - 0.3])


def _place(name: str) -> int:
    """Finds where on the face an expression happens, as a number in `REGIONS`."""
    return next(i for i, region in enumerate(REGIONS) if name.startswith(region))


def histogram(
    values: np.ndarray,
    *,
    x_title: str,
    y_title: str,
    stage: str = "fitting",
    mark: float | None = None,
    mark_text: str = "",
    limits: tuple[float, float] | None = None,
    dark: bool = False,
    height: int = 260,
) -> go.Figure:
    """Plots how often values occur: landmark residuals, triangle qualities, distances.

    Args:
        values: `(N,)`; what is not finite is left out.
        x_title: with the unit.
        y_title: of the counts.
        stage: whose colour it has.
        mark: a value to mark, for instance the median.
        mark_text: what is written at the mark.
        limits: of the x axis; default: from the least to the greatest value.
        dark: for a dark surface.
        height: px.

    Returns:
        The figure.
    """
    check_shape(np.asarray(values), ("N",), "values")
    counts, edges = _counts(np.asarray(values, float)[np.isfinite(values)], limits)
    bar = {"x": (edges[:-1] + edges[1:]) / 2, "y": counts, "width": np.diff(edges) * 0.92}
    hover = "%{x:.3g}: %{y}<extra></extra>"
    figure = go.Figure(go.Bar(**bar, marker={"color": STAGES[stage].on(dark)}, hovertemplate=hover))
    if mark is not None:
        line = {"color": ACCENT.on(dark), "width": 2, "dash": "dash"}
        figure.add_vline(mark, line=line, annotation_text=mark_text, annotation_position="top")
    dress(figure, dark).update_layout(height=height, showlegend=False, bargap=0)
    figure.update_layout(margin_t=24 if mark_text else 8)
    figure.update_xaxes(title_text=x_title, showgrid=False, range=[edges[0], edges[-1]])
    return figure.update_yaxes(title_text=y_title)


def _counts(values: np.ndarray, limits: tuple[float, float] | None) -> tuple[np.ndarray, np.ndarray]:
    """Counts values in bins by Freedman and Diaconis's rule, held between 8 and 60: counts and the bins' edges."""
    low, high = limits or (float(values.min(initial=np.inf)), float(values.max(initial=-np.inf)))
    if not high > low:
        low, high = (0.0, 1.0) if not len(values) else (low - 0.5, low + 0.5)
    spread = float(np.subtract(*np.percentile(values, [75, 25]))) if len(values) else 0.0
    width = 2 * spread / max(len(values), 1) ** (1 / 3)
    bins = int(np.clip((high - low) / width if width > 0 else 8, 8, 60))
    return np.histogram(values, bins, (low, high))


@dataclass(frozen=True, eq=False)
class Series:
    """One line of a plot."""

    label: str
    "what it is called"
    values: Sequence[float]
    tone: Tone


def by_class(
    series: Sequence[Series],
    classes: Sequence[str],
    *,
    x_title: str,
    y_title: str,
    dark: bool = False,
    height: int = 320,
) -> go.Figure:
    """Plots shares in [0, 1] by class: precision by size of face, landmarks found by yaw.

    Args:
        series: one a method.
        classes: what the classes are called, in order.
        x_title: of the classes, with the unit.
        y_title: of the share.
        dark: for a dark surface.
        height: px.
    """
    figure = go.Figure()
    for one in series:
        marker = {"color": one.tone.on(dark), "size": 9}
        _line(figure, one, list(classes), dark, marker=marker, mode="lines+markers", cliponaxis=False)
    dress(figure, dark).update_layout(height=height, showlegend=len(series) > 1)
    figure.update_xaxes(title_text=x_title, type="category", showgrid=False)
    return figure.update_yaxes(title_text=y_title, range=[0, 1.02])


def cumulative_errors(
    series: Sequence[Series],
    limits: Sequence[float],
    *,
    x_title: str,
    y_title: str,
    dark: bool = False,
    height: int = 320,
) -> go.Figure:
    """Plots which share of cases errs by less than each limit, the field's cumulative error distribution.

    Args:
        series: share in [0, 1] by limit, one a method.
        limits: of the error, ascending.
        x_title: of the error, with the unit.
        y_title: of the share.
        dark: for a dark surface.
        height: px.
    """
    figure = go.Figure()
    for one in series:
        _line(figure, one, list(limits), dark, mode="lines")
    dress(figure, dark).update_layout(height=height, showlegend=len(series) > 1)
    figure.update_xaxes(title_text=x_title, showgrid=False, range=[limits[0], limits[-1]])
    return figure.update_yaxes(title_text=y_title, range=[0, 1.02])


def _line(figure: go.Figure, one: Series, x: list, dark: bool, **style: object) -> None:
    """Adds a line in its colour; resting the pointer on it tells name, place and value."""
    hover = f"{one.label}, %{{x}}: %{{y:.2f}}<extra></extra>"
    line = {"color": one.tone.on(dark), "width": 2.5}
    figure.add_scatter(x=x, y=list(one.values), name=one.label, hovertemplate=hover, line=line, **style)


def timing_bars(
    timings_ms: Mapping[str, float],
    *,
    x_title: str,
    labels: Mapping[str, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Plots how long each stage took, in the pipeline's order and colours.

    Args:
        timings_ms: stage → ms; what is not a stage (`total`) is left out.
        x_title: with the unit.
        labels: stage → text; default: its name.
        dark: for a dark surface.

    Returns:
        The figure.
    """
    stages = [name for name in reversed(STAGES) if name in timings_ms]
    values = [timings_ms[name] for name in stages]
    texts = [(labels or {}).get(name, name) for name in stages]
    bar = go.Bar(
        x=values,
        y=texts,
        orientation="h",
        text=[f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [STAGES[name].on(dark) for name in stages], "cornerradius": 3},
        hovertemplate="%{y}: %{x:.0f} ms<extra></extra>",
    )
    figure = dress(go.Figure(bar), dark).update_layout(height=80 + 34 * len(stages), showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 48, "t": 8, "b": 8})
    figure.update_xaxes(title_text=x_title, rangemode="tozero")
    return figure.update_yaxes(showgrid=False)
