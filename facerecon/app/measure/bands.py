"""The thirds of the face as bands over the head; the visitor may say where the hairline is."""

from __future__ import annotations

import base64
from html import escape

import streamlit as st

from facerecon.anthropometry.thirds import HIGHEST, LOWEST, THIRDS
from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.measure import views
from facerecon.app.measure.views import Frame
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.core.types import Reconstruction
from facerecon.drawing.dimensions import Band, bands_svg
from facerecon.drawing.theme import REGIONS
from facerecon.measuring import Hairline, face_thirds, find_hairline

GROUP = "thirds"
FRAME = Frame("front", (0, -22, 0), 240)
TONES = {"upper": "brow", "middle": "nose", "lower": "jaw"}


def show(run: Run) -> None:
    """Shows the head with three bands, and the slider of the hairline."""
    picture, beside = st.columns([7, 5], gap="large")
    with beside:
        hairline = _choose(run)
        layout.caption(f"measure.hairline_{hairline.source}")
    head, result = cache.workshop().parts.head, run.reconstruction
    points, thirds = face_thirds(head, result.fit, hairline)
    edges = {name: FRAME.project(points[name][None])[0][0, 1] for pair in THIRDS.values() for name in pair}
    bands = [
        Band(float(edges[top]), float(edges[bottom]), f"{100 * thirds[name].share:.0f} %", REGIONS[TONES[name]].dark)
        for name, (top, bottom) in THIRDS.items()
    ]
    with picture:
        _show_picture(run, bands)
    with beside:
        layout.numbers(
            (t(f"measure.third_{name}"), f"{one.length:.0f} ± {two_digits(one.tolerance)}", "mm")
            for name, one in thirds.items()
        )


def _choose(run: Run) -> Hairline:
    """Lets the visitor move the hairline from where it was found."""
    found = cache.picture((run.key, "hairline"), lambda: _found(run.reconstruction))
    first = float(round(min(max(found.height, LOWEST), HIGHEST)))
    key = f"measure_hairline_{run.key}"
    height = st.slider(
        t("measure.hairline"), LOWEST, HIGHEST, first, 1.0, format="%.0f mm", key=key, persist_state="session"
    )
    return found if height == first else Hairline(height, "hand")


def _found(result: Reconstruction) -> Hairline:
    return find_hairline(cache.workshop().parts.head, result)


def _show_picture(run: Run, bands: list[Band]) -> None:
    link = cache.picture((run.key, "bands", FRAME), lambda: data_uri(views.textured(run, FRAME)))
    drawing = base64.b64encode(bands_svg(bands, views.SIDE, views.SIDE).encode()).decode("ascii")
    alt = escape(t("measure.alt_thirds"), quote=True)
    over = f'<img src="data:image/svg+xml;base64,{drawing}" alt="">'
    st.html(f'<div class="dimensioned"><img src="{link}" alt="{alt}">{over}</div>')
