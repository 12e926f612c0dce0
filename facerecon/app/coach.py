"""The capture coach's panel: which sides the photos show, what they are like, and the one photo to add."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import streamlit as st

from facerecon.app import layout
from facerecon.app.cache import Run
from facerecon.app.texts import t
from facerecon.core.coaching import Check, Coaching
from facerecon.drawing.yaw_dial import yaw_dial

WORTH = 0.015
"""of the face's standard deviation: a photo that takes away less is not worth taking"""


def panel(run: Run) -> None:
    """Shows what the coach says of a run's photos; nothing where there were scans."""
    coaching = run.reconstruction.coaching
    if coaching is None:
        return
    st.subheader(t("coach.title"), anchor=False)
    dial, words = st.columns([5, 7], gap="large", vertical_alignment="center")
    best = next((one for one in coaching.candidates if one.reduction >= WORTH), None)
    with dial:
        _dial(coaching, None if best is None else best.yaw)
    with words:
        key = "enough" if best is None else best.name
        values = {} if best is None else {"percent": f"{100 * best.reduction:.0f}"}
        st.html(f'<p class="coach-next">{escape(t(f"coach.next_{key}", **values))}</p>')
        lines = "".join(_line(check, len(coaching.yaws)) for check in coaching.checks)
        st.html(f'<ul class="coach">{lines}</ul>')


def _dial(coaching: Coaching, suggested: float | None) -> None:
    labels = (t("coach.to_left"), t("coach.front"), t("coach.to_right"))
    drawn = yaw_dial(coaching.yaws, suggested, labels=labels, dark=layout.is_dark())
    turns = ", ".join(f"{np.degrees(yaw):.0f}°" for yaw in coaching.yaws)
    link = "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode("ascii")
    alt = escape(t("coach.alt", turns=turns), quote=True)
    st.html(f'<img class="coach-dial" src="{link}" alt="{alt}">')
    layout.caption("coach.dial")


def _line(check: Check, photos: int) -> str:
    """Writes a check as a line: a mark, its name, and what to do about it or how it is."""
    state = "good" if check.good else "poor"
    key = "angles_one" if check.name == "angles" and photos == 1 else f"{check.name}_{state}"
    text = t(f"coach.{key}", value=f"{check.value:.0f}")
    name, mark = escape(t(f"coach.{check.name}")), escape(t(f"coach.{state}"))
    return f'<li class="{state}"><i title="{mark}"></i><b>{name}</b><span>{escape(text)}</span></li>'
