"""The fit to the photo, replayed step by step, with its error curve."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, pictures
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.drawing.figures import error_curve
from facerecon.geometry.transforms import head_pose
from facerecon.morphable.fitting import FitStep


@st.fragment
def replay(run: Run) -> None:
    """Shows one step; only this part of the page runs again when the slider moves."""
    result = run.reconstruction
    steps = [step.value for step in run.of("fitting") if isinstance(step.value, FitStep)]
    distances = [np.concatenate([seen.distance for seen in step.observations]) for step in steps]
    over, control = st.columns([7, 5], gap="large", vertical_alignment="center")
    with control:
        names = [photo.name for photo in result.photos]
        number = 0
        if len(names) > 1:
            label = t("number.photos")
            number = st.pills(label, range(len(names)), default=0, required=True, format_func=names.__getitem__)
        slider = f"fit_step_{run.key[:12]}"
        st.session_state.setdefault(slider, len(steps) - 1)
        index = st.slider(t("registration.control"), 0, len(steps) - 1, key=slider)
        with_head = st.toggle(t("registration.draw_head"), True, key="fit_head", persist_state="session")
        curves = {
            t("registration.curve_median"): [float(np.median(d)) for d in distances],
            t("registration.curve_p90"): [float(np.quantile(d, 0.9)) for d in distances],
        }
        axes = {"x_title": t("registration.curve_x"), "y_title": t("registration.curve_y")}
        figure = error_curve(curves, current=index, dark=layout.is_dark(), **axes)
        layout.chart(figure, "curve", on_click=lambda: _jump(slider))
    with over:
        key = (run.key, "fit_step", index, number, with_head)
        image = cache.picture(key, lambda: _picture(run, steps[index], number, with_head))
        st.image(image, width="stretch", alt=t("strip.alt_fitting"))
        residual = two_digits(float(np.median(distances[index])))
        layout.caption("registration.caption" if index else "registration.caption_first", step=index, residual=residual)
    _numbers(run, steps[index], number)


def _picture(run: Run, step: FitStep, number: int, with_head: bool) -> np.ndarray:
    """Draws a step over one of the photos."""
    mesh = heads.step_mesh(step, number) if with_head else None
    result = run.reconstruction
    cut = pictures.face_picture(result, number, 760)
    return pictures.fit_step_picture(cut, mesh, step, number, result.landmarks[number].points)


def _jump(slider: str) -> None:
    """Moves the slider to the step whose point on the curve was clicked."""
    points = st.session_state["curve"]["selection"]["points"]
    if points:
        st.session_state[slider] = int(points[0]["x"])


def _numbers(run: Run, step: FitStep, number: int) -> None:
    """Shows what the parameters are at a step."""
    view = step.views[number]
    yaw, pitch, roll = np.degrees(head_pose(view.camera_from_head))
    eyes = pictures.outer_eye_distance(run.reconstruction.landmarks[number])
    median = float(np.median(step.observations[number].distance))
    layout.numbers(
        [
            (t("registration.residual"), two_digits(median), "px"),
            (t("registration.relative"), two_digits(100 * median / eyes), "%"),
            (t("registration.yaw"), f"{yaw:.0f}", "°"),
            (t("registration.pitch"), f"{pitch:.0f}", "°"),
            (t("registration.roll"), f"{roll:.0f}", "°"),
            (t("registration.focal"), f"{view.camera.focal:,.0f}", "px"),
        ]
    )
