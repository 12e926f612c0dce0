"""Home: the idea, one click on a sample or an upload, and the finished head turning."""

import streamlit as st

from facerecon.app import heads, layout
from facerecon.app.inputs import photo_input
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.app.viewer import Look
from facerecon.landmarks.schemes import outer_eye_distance

run = layout.begin("home", menu=False)
result = run.reconstruction

picture, choice = st.columns([7, 5], gap="large")
with picture:
    heads.show_head(run, "home", ["textured"], Look(turn=True, azimuth=-28.0))
    layout.caption("home.caption")
with choice:
    photo_input()

marks, view = result.landmarks[0], result.fit.views[0]
relative = 100 * sorted(view.residuals)[len(view.residuals) // 2] / outer_eye_distance(marks)
layout.numbers(
    [
        (t("number.total"), *duration(result.timings_ms["total"])),
        (t("number.points"), f"{len(marks.points)}", ""),
        (t("number.fit"), two_digits(relative), "%"),
        (t("number.vertices"), f"{len(result.mesh.vertices):,}", ""),
    ]
)
st.page_link("pages/registration.py", label=t("home.next"), icon=":material/arrow_forward:")
