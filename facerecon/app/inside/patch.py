"""Activation and pooling, tried on the very patch that was picked."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import layout
from facerecon.app.inside.sums import matrix, number
from facerecon.app.pointer import Picture, pointer
from facerecon.app.texts import t
from facerecon.drawing.activations import ACTIVATIONS, activation_curve
from facerecon.drawing.feature_maps import map_levels, palette, scale_of
from facerecon.networks.trace import Layer, Products

AROUND = 1
"""Cells on each side: the patch is three by three."""


def bend_and_pool(layer: Layer, channel: int, found: Products) -> None:
    """Shows what activations and pooling make of the patch around the number, before or behind the convolution."""
    st.subheader(t("inside.bend"), anchor=False)
    layout.caption("inside.bend_lead")
    side = st.segmented_control(
        t("inside.which_patch"),
        ("out", "in"),
        default="out",
        required=True,
        format_func=lambda name: t(f"inside.patch_{name}"),
        key="inside_patch",
        persist_state="session",
    )
    maps, channel, place = _place(layer, channel, found, side)
    patch = neighbourhood(maps[channel], *place)
    left, right = st.columns(2, gap="large")
    with left:
        _bend(patch)
    with right:
        _pool(maps[channel], patch)


def neighbourhood(values: np.ndarray, row: int, column: int) -> np.ndarray:
    """Cuts three by three numbers out of a map `(H, W)`; 0 beyond its border."""
    padded = np.pad(values, AROUND)
    return padded[row : row + 2 * AROUND + 1, column : column + 2 * AROUND + 1]


def pooled(values: np.ndarray, how: str) -> np.ndarray:
    """Pools a map `(H, W)` two by two, by `max` or `mean`; an odd last row or column is left out."""
    height, width = values.shape[0] // 2, values.shape[1] // 2
    blocks = values[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    return blocks.max(axis=(1, 3)) if how == "max" else blocks.mean(axis=(1, 3))


def _place(layer: Layer, channel: int, found: Products, side: str) -> tuple[np.ndarray, int, tuple[int, int]]:
    """Finds the maps, and channel and place in them: the layer's own answer, or the input that weighs most in it."""
    if side == "out":
        return layer.output, channel, found.place
    heaviest = int(np.abs(found.products.sum(axis=(1, 2))).argmax())
    middle = np.array(found.corner) + np.array(found.kernel.shape[1:]) // 2
    return layer.input, int(found.channels[heaviest]), tuple(middle.tolist())


def _bend(patch: np.ndarray) -> None:
    """Shows an activation and the patch's numbers on its curve."""
    name = st.segmented_control(
        t("inside.activation"),
        list(ACTIVATIONS),
        default="leaky_relu",
        required=True,
        format_func=lambda key: t(f"inside.{key}"),
        key="inside_activation",
        persist_state="session",
    )
    axes = {"x_title": t("inside.before"), "y_title": t("inside.behind")}
    middle = float(patch[AROUND, AROUND])
    layout.chart(activation_curve(name, patch, middle, dark=layout.is_dark(), **axes), "inside_curve")
    layout.caption(f"inside.{name}_note", before=number(middle), after=number(float(ACTIVATIONS[name](middle))))


def _pool(values: np.ndarray, patch: np.ndarray) -> None:
    """Shows what pooling makes of the patch, and of its whole map `(H, W)`."""
    largest = np.unravel_index(patch.argmax(), patch.shape)
    results = (("max", float(patch.max())), ("mean", float(patch.mean())))
    cells = "".join(f"<p>{t(f'inside.pool_{how}')}<strong>{number(value)}</strong></p>" for how, value in results)
    table = matrix(patch, float(np.abs(patch).max()), marked=(int(largest[0]), int(largest[1])))
    st.html(f'<div class="inside patch">{table}{cells}</div>')
    scale = scale_of(values)
    side_by_side = st.container(horizontal=True, wrap=False)
    for how in ("max", "mean"):
        picture = Picture.png(map_levels(pooled(values, how), scale), palette())
        with side_by_side.container():
            pointer(f"inside_pool_{how}", picture, t(f"inside.pool_{how}"), clickable=False, sharp=True)
            layout.caption(f"inside.pool_{how}")
    layout.caption("inside.pool_note")
