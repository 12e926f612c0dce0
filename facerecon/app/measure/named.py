"""The named measures: dimension lines over the head, and the numbers with their tolerance."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import streamlit as st

from facerecon.anthropometry.measures import DIMENSIONS, GROUPS, Measurement
from facerecon.app import cache
from facerecon.app.cache import Run
from facerecon.app.measure import bands, views
from facerecon.app.measure.views import Frame
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.drawing.dimensions import DimensionLine, dimensions_svg
from facerecon.drawing.theme import REGIONS
from facerecon.measuring import head_points, measure_head

FRAMES: dict[str, tuple[Frame, ...]] = {
    "face": (Frame("front", (0, -48, 0), 230), Frame("side", (0, -48, -25), 230)),
    "eyes": (Frame("front", (0, 2, 0), 150),),
    "nose": (Frame("front", (0, -28, 0), 100), Frame("side", (0, -24, 10), 100)),
    "mouth": (Frame("front", (0, -84, 0), 104), Frame("side", (0, -84, 0), 104)),
    "sides": (Frame("front", (0, -45, 0), 230), Frame("side", (0, -45, -45), 230)),
}
"""Group → the pictures that it is drawn on."""
BESIDE: dict[str, tuple[float, float]] = {
    "face_height": (-84, 0),
    "jaw_width": (0, -46),
    "middle_third": (-22, 0),
    "lower_third": (-28, 0),
    "eye_inner_distance": (0, 22),
    "eye_outer_distance": (0, 40),
    "eye_length_right": (0, -20),
    "eye_length_left": (0, -20),
    "eye_height_right": (-20, 0),
    "eye_height_left": (20, 0),
    "nose_width": (0, -16),
    "nose_height": (30, 0),
    "nose_protrusion": (-18, -9),
    "nose_bridge": (-9, 3),
    "mouth_width": (0, -30),
    "upper_vermilion": (34, 0),
    "lower_vermilion": (34, 0),
    "upper_lip": (-18, 0),
    "chin_height": (-18, 0),
    "jaw_length": (0, -16),
    "ear_length_left": (16, 0),
    "ear_length_right": (-10, 0),
}
"""Measure → mm to the right and up in its picture, by which its line lies beside what it measures."""
TONES = {"face": "cheek", "eyes": "eye", "nose": "nose", "mouth": "mouth", "sides": "jaw"}


def measured(run: Run) -> dict[str, Measurement]:
    """Measures a run's head."""
    head = cache.workshop().parts.head
    return cache.picture((run.key, "measures"), lambda: measure_head(head, run.reconstruction.fit))


def points(run: Run) -> dict[str, np.ndarray]:
    """Gives the named points of a run's head, mm."""
    head = cache.workshop().parts.head
    return cache.picture((run.key, "named_points"), lambda: head_points(head, views.neutral(run)))


def choose_group() -> str:
    """Lets the visitor choose what is measured."""
    return st.segmented_control(
        t("measure.group"),
        [*GROUPS, bands.GROUP],
        default="face",
        required=True,
        format_func=lambda name: t(f"measure.group_{name}"),
        key="measure_group",
        persist_state="session",
    )


def show(run: Run, group: str) -> None:
    """Shows a group's measures on the head, and as numbers."""
    if group == bands.GROUP:
        bands.show(run)
        return
    frames = FRAMES[group]
    columns = st.columns(len(frames)) if len(frames) > 1 else st.columns([7, 5], gap="large")
    for column, frame in zip(columns, frames, strict=False):
        with column:
            _show_picture(run, group, frame)
    with columns[1] if len(frames) == 1 else st.container():
        _show_numbers(run, group)


def _show_picture(run: Run, group: str, frame: Frame) -> None:
    """Shows the head in clay with the dimension lines that are seen best from there."""
    link = cache.picture((run.key, "clay_link", frame), lambda: data_uri(views.picture(run, frame)))
    drawing = dimensions_svg(_lines(run, group, frame), views.SIDE, views.SIDE).encode()
    # As a picture: Streamlit takes SVG elements out of a page's HTML.
    over = f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawing).decode("ascii")}" alt="">'
    alt = escape(t(f"measure.alt_{frame.view}", group=t(f"measure.group_{group}")), quote=True)
    st.html(f'<div class="dimensioned"><img src="{link}" alt="{alt}">{over}</div>')


def _lines(run: Run, group: str, frame: Frame) -> list[DimensionLine]:
    found, places = measured(run), points(run)
    colour, scale = REGIONS[TONES[group]].dark, views.SIDE / frame.span
    lines = []
    for name, dimension in DIMENSIONS.items():
        if name not in found or dimension.group != group or dimension.view != frame.view:
            continue
        pixels, _ = frame.project(np.array([places[point] for point in dimension.points]))
        right, up = BESIDE.get(name, (0, 0))
        told = f"{shown(found[name])[0]}{' mm' if not dimension.is_angle else '°'}"
        lines.append(DimensionLine(pixels, told, colour, (right * scale, -up * scale)))
    return lines


def shown(found: Measurement) -> tuple[str, str]:
    """Writes a measurement and its tolerance, with no more digits than the tolerance allows."""
    decimals = 0 if found.tolerance >= 2 else 1
    return f"{found.value:.{decimals}f}", f"± {two_digits(found.tolerance)}"


def _show_numbers(run: Run, group: str) -> None:
    """Shows each measure's name, number and tolerance."""
    cells = []
    for name, found in measured(run).items():
        if DIMENSIONS[name].group != group:
            continue
        letters = "–".join(point.removesuffix("_l").removesuffix("_r") for point in DIMENSIONS[name].points)
        value, tolerance = shown(found)
        cells.append(
            f"<div><dt>{escape(t(f'measure.{name}'))}<i>{letters}</i></dt>"
            f"<dd>{value}<small>{tolerance} {found.unit}</small></dd></div>"
        )
    st.html(f'<dl class="numbers measured">{"".join(cells)}</dl>')
