"""From the map of the network down to one number: parts, layers, feature maps, a pixel, its products."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.inside import views
from facerecon.app.inside.network_map import choose_part
from facerecon.app.inside.patch import bend_and_pool
from facerecon.app.inside.plan import convolutions, first_open, following, layer_name, part_name
from facerecon.app.inside.sums import number, products_table, scale_bar, strongest
from facerecon.app.inside.views import Subject
from facerecon.app.pointer import Outline, Picture, Pointed, pointer
from facerecon.app.texts import t
from facerecon.drawing.feature_maps import clearest, map_levels, map_scales, mosaic, palette
from facerecon.drawing.theme import ACCENT, STAGES
from facerecon.networks.trace import Layer, Products, explain

PHOTO = 960
"""px of the photo beside the map: the traced view, three times as fine."""
SPOTLIGHT = 40
"""px of the traced view; around a smaller field, a dimmed photo would be all that is seen."""
COLOURS = ("blue", "green", "red")
"""The network's three input channels, in its order."""


@st.fragment
def explore(subject: Subject) -> None:
    """Shows the map, and what is open of it; only this part of the page runs again at a click."""
    layers = views.layers(subject)
    part = choose_part(subject)
    st.subheader(part_name(part), anchor=False)
    layout.caption(f"inside.about_{part.rstrip('12345')}")
    names = convolutions(part, layers)
    layer = layers[first_open(part, layers)]
    if len(names) > 1:
        chosen = st.pills(
            t("inside.layers"),
            names,
            default=layer.name,
            required=True,
            format_func=lambda name: layer_name(layers[name]),
            key=f"inside_layer_{part}",
            persist_state="session",
        )
        layer = layers[chosen]
    _look(subject, layer.name, _choose_channel(subject, layer))


@st.fragment
def _look(subject: Subject, name: str, channel: int) -> None:
    """Shows one map, and what is behind one of its numbers; a click into the map reruns only this."""
    layers = views.layers(subject)
    layer = layers[name]
    found = _choose_place(subject, layer, channel)
    _take_apart(layer, following(name, layers), found)
    bend_and_pool(layer, channel, found)


def _choose_channel(subject: Subject, layer: Layer) -> int:
    """Shows all maps of a layer and gives the one that is picked."""
    key = (subject.key, "inside", "mosaic", layer.name)
    image, (columns, rows) = cache.picture(key, lambda: _encoded_mosaic(layer))
    best = divmod(clearest(layer.output), columns)
    label = t("inside.maps_label", layer=layer_name(layer))
    found = pointer(
        f"inside_mosaic_{subject.key}_{layer.name}",
        image,
        label,
        grid=(columns, rows),
        at=best[::-1],
        sharp=True,
        least_width=36 * columns if columns > 8 else 0,
    )
    count, height, width = layer.output.shape
    layout.caption(f"inside.maps_caption_{layer.convolution}", count=count, width=width, height=height)
    _cost(layer)
    return found.row * columns + found.column


def _cost(layer: Layer) -> None:
    """Shows how large a layer is and what it costs."""
    count, height, width = layer.output.shape
    weights = layer.module.weight
    stride = views.TRACED // width
    layout.numbers(
        [
            (t("inside.maps"), str(count), ""),
            (t("inside.map_size"), f"{width} × {height}", ""),
            (t("inside.stride"), str(stride), "px"),
            (t("inside.weights"), f"{weights.numel() + count:,}", ""),
            (t("inside.multiplications"), f"{weights.numel() * width * height:,}", ""),
        ]
    )


def _encoded_mosaic(layer: Layer) -> tuple[Picture, tuple[int, int]]:
    levels, grid = mosaic(layer.output)
    return Picture.png(levels, palette()), grid


def _choose_place(subject: Subject, layer: Layer, channel: int) -> Products:
    """Shows one map beside the photo, and gives the products behind the number that is picked."""
    values, scale = layer.output[channel], float(map_scales(layer.output)[channel])
    left, right = st.columns(2, gap="large")
    with left:
        picture = cache.picture(
            (subject.key, "inside", "one", layer.name, channel),
            lambda: Picture.png(map_levels(values, scale), palette()),
        )
        label = t("inside.map_of", number=channel + 1)
        at = tuple((views.first_place(subject) * values.shape[::-1]).astype(int).tolist())
        spot = pointer(f"inside_place_{subject.key}", picture, label, at=at, sharp=True)
        shown = number(float(values[spot.row, spot.column]))
        st.html(scale_bar(scale))
        layout.caption("inside.map_value", number=channel + 1, row=spot.row + 1, column=spot.column + 1, value=shown)
    with right:
        box = views.field(layer.name, spot.row, spot.column)
        _photo(subject, layer, spot, box)
        extent = (box[2:] - box[:2]).astype(int).tolist()
        layout.caption("inside.field_caption", width=extent[0], height=extent[1])
    return explain(layer.module, layer.input, channel, spot.row, spot.column)


def _photo(subject: Subject, layer: Layer, spot: Pointed, box: np.ndarray) -> None:
    """Shows the photo with the place that was picked and all that its number depends on."""
    factor = PHOTO / views.TRACED
    photo = cache.picture((subject.key, "inside", "photo"), lambda: Picture.jpeg(views.shown(subject, PHOTO)))
    size = views.TRACED / np.array(layer.output.shape[:0:-1])
    corner = np.array([spot.column, spot.row]) * size - 0.5
    cell = np.concatenate([corner, corner + size])
    boxes = [(np.asarray(one) + 0.5) * factor - 0.5 for one in (box, cell)]
    outlines = [
        Outline(tuple(boxes[0]), ACCENT.dark, label=t("inside.field"), spotlight=bool(np.ptp(box[::2]) > SPOTLIGHT)),
        Outline(tuple(boxes[1]), STAGES["landmarks"].dark),
    ]
    pointer(f"inside_photo_{subject.key}", photo, t("strip.alt_photo"), clickable=False, outlines=lambda _: outlines)


def _take_apart(layer: Layer, activation: Layer | None, found: Products) -> None:
    """Shows how the number comes about."""
    st.subheader(t("inside.number"), anchor=False)
    layout.caption(f"inside.number_{layer.convolution}", channels=len(found.channels))
    if len(layer.input) == len(COLOURS):
        names = [t(f"inside.{COLOURS[channel]}") for channel in found.channels[strongest(found)]]
    else:
        names = [t("inside.map_of", number=channel + 1) for channel in found.channels[strongest(found)]]
    after = None
    if activation:
        slope = getattr(activation.module, "negative_slope", 0.0)
        name = t("inside.after", slope=slope) if slope else t("inside.after_relu")
        after = (name, found.value if found.value > 0 else slope * found.value)
    st.html(products_table(found, names, after))
    layout.caption("inside.exact")
