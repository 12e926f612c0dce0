"""Reconstruct: several photos of one person, how well the head fits each, and where the time went."""

import numpy as np
import streamlit as st

from facerecon.app import cache, certainty, coach, heads, layout, pictures
from facerecon.app.code import show_code
from facerecon.app.inputs import face_picker, photo_input
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.drawing.crops import Crop
from facerecon.drawing.figures import timing_bars
from facerecon.pipeline import STAGES, reconstruct_steps

run = layout.begin("reconstruct", "photo", menu=False)
result = run.reconstruction


def fitted(number: int, cut: Crop) -> np.ndarray:
    """Draws the head over one of the photos."""
    return pictures.fitted_picture(cut, heads.view_mesh(run, number), result.fit.views[number])


choice, picture = st.columns([5, 7], gap="large")
with choice:
    photo_input()
with picture:
    heads.show_head(run, "reconstruct", ["textured", "clay", certainty.VIEW])

st.subheader(t("reconstruct.fitted"), anchor=False)
for number, photo in enumerate(result.photos):
    cut = cache.picture((run.key, "face_picture", number), lambda n=number: pictures.face_picture(result, n))
    over = cache.picture((run.key, "fitted", number), lambda n=number, c=cut: fitted(n, c))
    for column, image, name in zip(st.columns(2, gap="large"), (cut.image, over), ("photo", "fitting"), strict=True):
        column.image(image, width="stretch", alt=t(f"strip.alt_{name}"))
    layout.note(photo.name)
    face_picker(photo, result.faces[number], "reconstruct")

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
