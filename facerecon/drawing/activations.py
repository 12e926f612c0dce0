"""Activations, the bends between the layers of a network, and their curves with values of one patch on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from facerecon.drawing.theme import ACCENT, QUIET, STAGES, dress


def relu(x: np.ndarray) -> np.ndarray:
    """Cuts off what is negative (Nair and Hinton 2010)."""
    return np.maximum(x, 0)


def leaky_relu(x: np.ndarray, slope: float = 0.1) -> np.ndarray:
    """Keeps a little of what is negative, so that no unit is ever dead (Maas et al. 2013)."""
    return np.where(x > 0, x, slope * x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Turns any number into one between 0 and 1; written so that nothing overflows."""
    return (1 + np.tanh(np.asarray(x) / 2)) / 2


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
}


def activation_curve(
    name: str, values: np.ndarray, marked: float, *, x_title: str, y_title: str, dark: bool = False, height: int = 300
) -> go.Figure:
    """Plots an activation with values on it.

    Args:
        name: one of `ACTIVATIONS`.
        values: what goes in, any shape.
        marked: the value that is drawn larger.
        x_title: of what goes in.
        y_title: of what comes out.
        dark: for a dark surface.
        height: px.
    """
    bend = ACTIVATIONS[name]
    reach = max(float(np.abs(values).max()), abs(marked), 1e-3) * 1.15
    x = np.linspace(-reach, reach, 241)
    hover = "%{x:.3g} → %{y:.3g}<extra></extra>"
    figure = go.Figure()
    figure.add_hline(0, line={"color": QUIET.on(dark), "width": 1})
    figure.add_vline(0, line={"color": QUIET.on(dark), "width": 1})
    figure.add_scatter(x=x, y=bend(x), mode="lines", line={"color": ACCENT.on(dark), "width": 2.5}, hoverinfo="skip")
    inputs = np.append(np.ravel(values), marked)
    sizes = [9.0] * np.size(values) + [15.0]
    marker = {"color": STAGES["landmarks"].on(dark), "size": sizes, "line": {"color": "white", "width": 1.5}}
    figure.add_scatter(x=inputs, y=bend(inputs), mode="markers", marker=marker, hovertemplate=hover, cliponaxis=False)
    dress(figure, dark).update_layout(height=height, showlegend=False)
    figure.update_xaxes(title_text=x_title, range=[-reach, reach])
    return figure.update_yaxes(title_text=y_title)
