"""Charts of anchors: which pyramid level sees which size of face, and where a detector's loss comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from facerecon.drawing.theme import ACCENT, QUIET, STAGES, TEXT, Tone, dress

LEVELS: dict[str, Tone] = {
    "p3": Tone("#0e7c86", "#46d5e0"),
    "p4": Tone("#ad7d06", "#f7bd20"),
    "p5": Tone("#cf4c9e", "#ff76ab"),
}
"""Level of the feature pyramid → its colour in every picture."""
GROUPS: dict[str, Tone] = {"face": STAGES["mesh"], "hard": STAGES["landmarks"], "easy": QUIET}
"""Kind of anchor → its colour."""


def level_curves(
    sizes: Sequence[float],
    peaks: np.ndarray,
    current: float,
    *,
    x_title: str,
    y_title: str,
    dark: bool = False,
    height: int = 260,
) -> go.Figure:
    """Plots the best score of each level by the size of the face.

    Args:
        sizes: `(S,)` px.
        peaks: `(S, 3)` in [0, 1].
        current: size to mark, px.
        x_title: with the unit.
        y_title: of the scores.
        dark: for a dark surface.
        height: px.
    """
    figure = go.Figure()
    for (name, tone), values in zip(LEVELS.items(), peaks.T, strict=True):
        line = {"color": tone.on(dark), "width": 2.5}
        hover = "%{x:.0f} px: %{y:.2f}<extra>" + name.upper() + "</extra>"
        figure.add_scatter(x=list(sizes), y=values, name=name.upper(), mode="lines", line=line, hovertemplate=hover)
    figure.add_vline(current, line={"color": QUIET.on(dark), "width": 1.5, "dash": "dot"})
    dress(figure, dark).update_layout(height=height, showlegend=True)
    figure.update_xaxes(title_text=x_title, type="log", showgrid=False, tickvals=[8, 16, 32, 64, 128, 256])
    return figure.update_yaxes(title_text=y_title, range=[-0.02, 1.05], tickvals=[0, 0.5, 1])


def loss_curves(
    gamma: float,
    alpha: float,
    answers: Mapping[str, np.ndarray],
    *,
    x_title: str,
    y_title: str,
    names: tuple[str, str],
    labels: Mapping[str, str],
    dark: bool = False,
    height: int = 320,
) -> go.Figure:
    """Plots cross-entropy and focal loss over the probability of the true answer, and where the anchors lie on it.

    Args:
        gamma: γ.
        alpha: α of faces, 1 − α of background; the curve is that of a face.
        answers: kind of anchor (a key of `GROUPS`) → `(N,)` probabilities of the true answer.
        x_title: of the probability.
        y_title: of the loss.
        names: of cross-entropy and focal loss.
        labels: kind → text.
        dark: for a dark surface.
        height: px.
    """
    p = np.concatenate([np.geomspace(0.002, 0.1, 40), np.linspace(0.11, 1, 90)])
    figure = go.Figure()
    cross_entropy = -np.log(p)
    for name, values, tone in (
        (names[0], cross_entropy, QUIET),
        (names[1], alpha * (1 - p) ** gamma * cross_entropy, ACCENT),
    ):
        line = {"color": tone.on(dark), "width": 2.5}
        hover = "%{x:.2f}: %{y:.3f}<extra></extra>"
        figure.add_scatter(x=p, y=values, name=name, mode="lines", line=line, hovertemplate=hover)
    for row, (kind, probabilities) in enumerate(answers.items()):
        figure.add_scatter(**_anchor_row(row, kind, probabilities, labels[kind], dark))
    dress(figure, dark).update_layout(height=height, showlegend=True)
    figure.update_xaxes(title_text=x_title, range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1])
    return figure.update_yaxes(title_text=y_title, range=[-2, 5.2], tickvals=[0, 1, 2, 3, 4, 5])


def _anchor_row(row: int, kind: str, probabilities: np.ndarray, label: str, dark: bool) -> dict[str, object]:
    """Describes dots below the axis, one an anchor, spread a little so that many do not look like one."""
    shown = np.sort(probabilities)[:: max(1, len(probabilities) // 400)]
    height = -0.45 - 0.55 * row + 0.26 * (np.arange(len(shown)) * 0.618 % 1 - 0.5)
    marker = {"color": GROUPS[kind].on(dark), "size": 5, "opacity": 0.55}
    hover = "%{x:.3f}<extra>" + label + "</extra>"
    dots = {"x": shown, "y": height, "mode": "markers", "marker": marker}
    return {**dots, "hovertemplate": hover, "showlegend": False}


def share_bars(
    shares: Mapping[str, np.ndarray],
    *,
    labels: Mapping[str, str],
    dark: bool = False,
    height: int = 200,
) -> go.Figure:
    """Plots where losses come from, one bar a loss.

    Args:
        shares: name of the loss (or of the count of anchors) → `(3,)` shares of the kinds in `GROUPS`, sum 1.
        labels: kind → text.
        dark: for a dark surface.
        height: px.
    """
    figure = go.Figure()
    rows = list(reversed(shares))
    for index, (kind, tone) in enumerate(GROUPS.items()):
        values = [100 * float(shares[row][index]) for row in rows]
        texts = [f"{value:.0f} %" if value >= 6 else "" for value in values]
        bar = {"x": values, "y": rows, "orientation": "h", "name": labels[kind], "text": texts}
        look = {"marker": {"color": tone.on(dark)}, "textposition": "inside", "insidetextanchor": "middle"}
        hover = "%{y}: %{x:.1f} %<extra>" + labels[kind] + "</extra>"
        figure.add_bar(**bar, **look, textfont={"color": TEXT.on(not dark)}, hovertemplate=hover)
    dress(figure, dark).update_layout(height=height, barmode="stack", legend={"traceorder": "normal"})
    figure.update_xaxes(range=[0, 100], showgrid=False, showticklabels=False)
    return figure.update_yaxes(showgrid=False)
