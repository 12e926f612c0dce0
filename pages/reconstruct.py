"""Reconstruct: several photos of one person, how well the head fits each, and where the time went."""

import numpy as np
import streamlit as st

from facerecon.app import certainty, coach, heads, layout
from facerecon.app.code import show_code
from facerecon.app.inputs import photo_input
from facerecon.app.numbers import duration, two_digits
from facerecon.app.reconstruct import album
from facerecon.app.texts import t
from facerecon.drawing.figures import timing_bars
from facerecon.pipeline import STAGES, reconstruct_steps

run = layout.begin("reconstruct", "photo", menu=False)
result = run.reconstruction

choice, picture = st.columns([5, 7], gap="large")
with choice:
    photo_input(add=True)
with picture:
    heads.show_head(run, "reconstruct", ["textured", "clay", certainty.VIEW])

album.album(run)
residuals = np.concatenate([view.residuals for view in result.fit.views])
layout.numbers(
    [
        (t("number.total"), *duration(result.timings_ms["total"])),
        (t("number.photos"), str(len(result.photos)), ""),
        (t("registration.residual"), two_digits(float(np.median(residuals))), "px"),
        (t("number.scale"), f"± {two_digits(100 * result.fit.scale.relative_error)}", "%"),
    ]
)
layout.caption(f"scale.{result.fit.scale.source}")
certainty.regions(run)
coach.panel(run)
st.page_link("pages/model.py", label=t("reconstruct.result"), icon=":material/arrow_forward:")

st.subheader(t("reconstruct.timing"), anchor=False)
labels = {stage: t(f"stage.{stage}") for stage in STAGES}
figure = timing_bars(result.timings_ms, x_title=t("reconstruct.timing_axis"), labels=labels, dark=layout.is_dark())
layout.chart(figure, "timing")

layout.lesson("reconstruct")
show_code(reconstruct_steps)
