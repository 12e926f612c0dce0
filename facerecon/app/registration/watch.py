"""One registration of two clouds, step by step: the film, the error that the method sees, and the one that is true."""

from __future__ import annotations

import streamlit as st

from facerecon.app import layout, messages
from facerecon.app.numbers import duration, two_digits
from facerecon.app.registration import bench, controls, display, stage
from facerecon.app.registration.film import Film
from facerecon.app.registration.subject import Subject
from facerecon.app.registration.take import Take
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.drawing.figures import error_curve
from facerecon.evaluation.cloud_pairs import Disturbance

WATCHED = Disturbance(rotation=35.0, translation=30.0, noise=0.3)
"""What every method has to cope with here."""
FRAME, CURVE = "watch", "watch_curve"


def watch(one: Subject) -> list[str]:
    """Shows a method at work; gives whose code that is."""
    name = controls.choose_method()
    try:
        with st.spinner(t("clouds.busy"), show_time=True):
            made = bench.run_of(one, WATCHED, name)
            shown = bench.film_of(one, WATCHED, [name])
    except FaceReconError as error:
        messages.show_error(error)
    else:
        _play(one, made, shown, name)
    return [name]


@st.fragment
def _play(one: Subject, made: Take, shown: Film, name: str) -> None:
    """Shows a step; only this part of the page runs again when the film moves on."""
    picture, beside = st.columns([7, 5], gap="large", vertical_alignment="center")
    with picture:
        step = stage.show_film(FRAME, shown, 1)
        display.ramp()
    with beside:
        layout.caption(f"clouds.about_{name}")
        curves = {t("clouds.curve_seen"): made.error, t("clouds.curve_true"): made.astray}
        axes = {"x_title": t("registration.curve_x"), "y_title": t("clouds.curve_y")}
        figure = error_curve(curves, current=step, logarithmic=True, dark=layout.is_dark(), height=340, **axes)
        layout.chart(figure, CURVE, on_click=lambda: _jump(shown))
        layout.caption("clouds.curve_caption")
    _numbers(made, step)
    layout.note(display.unit_note(one))


def _jump(shown: Film) -> None:
    step = display.clicked(CURVE)
    if step is not None:
        stage.jump(FRAME, shown, step)


def _numbers(made: Take, step: int) -> None:
    """Shows how far a step has come."""
    layout.numbers(
        [
            (t("clouds.rms"), two_digits(float(made.rms[step])), "mm"),
            (t("clouds.inliers"), f"{100 * made.inliers[step]:.0f}", "%"),
            (t("clouds.turn_left"), two_digits(float(made.turned[step])), "°"),
            (t("clouds.shift_left"), two_digits(float(made.shifted[step])), "mm"),
            (t("clouds.steps"), str(len(made) - 1), ""),
            (t("clouds.step_time"), *duration(made.milliseconds)),
        ]
    )
