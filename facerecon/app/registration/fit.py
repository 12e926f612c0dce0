"""The fit to the photo, replayed step by step, with its error curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, pictures
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits
from facerecon.app.registration import light
from facerecon.app.texts import t
from facerecon.drawing.figures import error_curve
from facerecon.drawing.theme import OUTLINE, STAGES
from facerecon.geometry.transforms import head_pose
from facerecon.landmarks.schemes import outer_eye_distance
from facerecon.morphable.fitting import FitStep

TERMS = ("total", "landmarks", "identity", "expression", "camera", "photometric")
"""Of the loss, where a fit has them."""
LEAST_LOSS = 1e-2
"""Below which a term is not drawn."""


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
        _curves(steps, distances, index, slider)
    with over:
        key = (run.key, "fit_step", index, number, with_head)
        image = cache.picture(key, lambda: _picture(run, steps[index], number, with_head))
        st.image(image, width="stretch", alt=t("strip.alt_fitting"))
        residual = two_digits(float(np.median(distances[index])))
        layout.caption("registration.caption" if index else "registration.caption_first", step=index, residual=residual)
        layout.legend(
            [
                (STAGES["landmarks"].dark, t("registration.key_landmark")),
                (STAGES["fitting"].dark, t("registration.key_line")),
                (OUTLINE.dark, t("registration.key_outline", count=len(sliding(steps[index], number)))),
            ]
        )
    _numbers(run, steps[index], number)
    light.show(run, steps, index, number)


def _curves(steps: Sequence[FitStep], distances: Sequence[np.ndarray], index: int, slider: str) -> None:
    """Plots by step how far the landmarks are off, and what each term of the loss costs; a click jumps to a step."""
    more = {"current": index, "dark": layout.is_dark(), "x_title": t("registration.curve_x")}
    curves = {
        t("registration.curve_median"): [float(np.median(d)) for d in distances],
        t("registration.curve_p90"): [float(np.quantile(d, 0.9)) for d in distances],
    }
    figure = error_curve(curves, y_title=t("registration.curve_y"), height=230, **more)
    layout.chart(figure, "curve", on_click=lambda: _jump("curve", slider))
    terms = {t(f"registration.term_{name}"): _shown(steps, name) for name in TERMS if name in steps[-1].cost}
    figure = error_curve(terms, y_title=t("registration.loss_y"), logarithmic=True, height=270, **more)
    layout.chart(figure, "loss", on_click=lambda: _jump("loss", slider))
    layout.caption("registration.loss_about")


def _shown(steps: Sequence[FitStep], name: str) -> list[float]:
    """Gives a term of the loss by step; what is not there, or next to nothing, is not drawn."""
    return [float(step.cost[name]) if step.cost.get(name, 0) > LEAST_LOSS else np.nan for step in steps]


def sliding(step: FitStep, number: int) -> np.ndarray:
    """Finds which landmarks slide along the outline in a photo: they lie on a vertex, as no other landmark does."""
    rows, _ = cache.workshop().parts.head.outline()
    weights = step.observations[number].weights
    rows = rows[rows < len(weights)]
    return rows[(weights[rows] == [1, 0, 0]).all(axis=1)]


def _picture(run: Run, step: FitStep, number: int, with_head: bool) -> np.ndarray:
    """Draws a step over one of the photos."""
    mesh = heads.step_mesh(step, number) if with_head else None
    result = run.reconstruction
    cut = pictures.face_picture(result, number, 760)
    outline = sliding(step, number)
    return pictures.fit_step_picture(cut, mesh, step, number, result.landmarks[number].points, outline)


def _jump(chart: str, slider: str) -> None:
    """Moves the slider to the step whose point on a curve was clicked."""
    points = st.session_state[chart]["selection"]["points"]
    if points:
        st.session_state[slider] = int(points[0]["x"])


def _numbers(run: Run, step: FitStep, number: int) -> None:
    """Shows what the parameters are at a step."""
    view = step.views[number]
    yaw, pitch, roll = np.degrees(head_pose(view.camera_from_head))
    eyes = outer_eye_distance(run.reconstruction.landmarks[number])
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
