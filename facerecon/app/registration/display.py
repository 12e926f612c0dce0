"""What both halves with clouds show alike: the colours' meaning, and how a run went on."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from facerecon.app.registration.subject import Subject
from facerecon.app.texts import t
from facerecon.drawing.cloud_scene import MOST_MM
from facerecon.drawing.theme import RESIDUALS, STILL, UNPAIRED


def ramp() -> None:
    """Shows what the colours of the points mean."""
    st.html(
        f'<p class="legend ramp"><span style="--key:{STILL}">{escape(t("clouds.still"))}</span>'
        f"<em>{escape(t('clouds.moving'))}</em><em>0</em>"
        f'<i style="background:linear-gradient(90deg,{",".join(RESIDUALS)})"></i>'
        f'<em>≥ {MOST_MM:.0f} mm</em><span style="--key:{UNPAIRED}">{escape(t("clouds.unpaired"))}</span></p>'
    )


def clicked(chart: str) -> int | None:
    """Gives the step whose point on a curve was clicked."""
    points = st.session_state[chart]["selection"]["points"]
    return int(points[0]["x"]) if points else None


def unit_note(one: Subject) -> str:
    """Says where the millimetres come from."""
    if not one.name:
        return t("clouds.unit_head")
    return t("clouds.unit_scan", name=one.name, mm=np.format_float_positional(one.unit_mm, trim="-"))
