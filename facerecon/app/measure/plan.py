"""Before and after: planned changes of the visitor's own head, where they reach, and whether the fit can bear them."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from facerecon.anthropometry.reshape import CHANGES
from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.measure import views
from facerecon.app.measure.views import Frame
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.drawing.comparison import colour_bar, difference_colours
from facerecon.drawing.render import render
from facerecon.export import glb_bytes
from facerecon.measuring import change_errors, planned, reshaped

ROWS = 3
"""Sliders in a column."""
STEP = 0.5
"""mm of a slider."""
SIDE = 440
"""px of a picture."""
STILL = 0.2
"""mm below which skin counts as not moved."""
FRAMES = {
    "front": Frame("front", (0, -45, 0), 240, SIDE),
    "turned": Frame("turned", (0, -45, -20), 240, SIDE),
    "side": Frame("side", (0, -45, -40), 240, SIDE),
}
FIRST = {"nose_tip": -2.0, "chin_forward": 3.0}
"""mm of the changes that are shown before anybody has touched a slider."""


def show(run: Run) -> None:
    """Shows the sliders, and the head before and after."""
    st.subheader(t("measure.plan"), anchor=False)
    layout.caption("measure.plan_lead")
    _play(run)


@st.fragment
def _play(run: Run) -> None:
    view, pictures = _choose_view(), st.container()
    columns = st.columns(3, gap="large")
    amounts = {}
    for row, name in enumerate(CHANGES):
        with columns[row // ROWS]:
            amounts[name] = _slider(name)
    moved = _moved(run, amounts)
    with pictures:
        _show_pictures(run, FRAMES[view], moved, amounts)
    still = not any(amounts.values())
    st.button(t("measure.reset"), icon=":material/restart_alt:", on_click=_reset, disabled=still, key="measure_reset")
    _show_numbers(run, moved)
    _warn(run, amounts)
    _offer(run, moved, amounts)


def _slider(name: str) -> float:
    most = CHANGES[name].most
    return st.slider(
        t(f"measure.change_{name}"),
        -most,
        most,
        FIRST.get(name, 0.0),
        STEP,
        format="%+.1f mm",
        key=_key(name),
        persist_state="session",
    )


def _key(name: str) -> str:
    return f"measure_change_{name}"


def _reset() -> None:
    for name in CHANGES:
        st.session_state[_key(name)] = 0.0


def _choose_view() -> str:
    return st.segmented_control(
        t("measure.view"),
        list(FRAMES),
        default="turned",
        required=True,
        format_func=lambda name: t(f"measure.view_{name}"),
        key="measure_view",
        label_visibility="collapsed",
        persist_state="session",
    )


def _moved(run: Run, amounts: dict[str, float]) -> np.ndarray:
    """Gives the displacements of the head model's vertices, `(V, 3)` mm."""
    head = cache.workshop().parts.head
    key = (run.key, "planned", tuple(amounts.values()))
    return cache.picture(key, lambda: planned(head, run.reconstruction.fit, amounts))


def _show_pictures(run: Run, frame: Frame, moved: np.ndarray, amounts: dict[str, float]) -> None:
    """Shows the head before, after, and where it was moved."""
    values = tuple(amounts.values())
    pictures = {
        "before": cache.picture((run.key, "plan", frame), lambda: data_uri(views.textured(run, frame))),
        "after": cache.picture((run.key, "plan", frame, values), lambda: data_uri(views.textured(run, frame, moved))),
        "moved": cache.picture((run.key, "plan_map", frame, values), lambda: data_uri(_map(run, frame, moved))),
    }
    figures = "".join(
        f'<figure><img src="{link}" alt="{escape(t(f"measure.alt_{name}"), quote=True)}">'
        f"<figcaption>{escape(t(f'measure.{name}'))}</figcaption></figure>"
        for name, link in pictures.items()
    )
    st.html(f'<div class="triple">{figures}</div>')
    most = _most(moved)
    bar = colour_bar(t("measure.moved"), ["0", f"{most / 2:g}", f"{most:g} mm"], signed=False)
    st.html(f'<div class="ramps">{bar}</div>')


def _most(moved: np.ndarray) -> float:
    return max(1.0, float(np.ceil(np.linalg.norm(moved, axis=1).max())))


def _map(run: Run, frame: Frame, moved: np.ndarray) -> np.ndarray:
    fine = cache.workshop().parts.refinement(1)
    away = np.linalg.norm(fine.matrix @ moved, axis=1)
    colours = difference_colours(away, away / STILL, _most(moved), signed=False)
    return render(views.finer(views.neutral(run) + moved), *frame.camera(), style="colours", colours=colours)


def _show_numbers(run: Run, moved: np.ndarray) -> None:
    head = cache.workshop().parts.head
    away = np.linalg.norm(moved, axis=1)[: head.skin_vertices]
    touched = away > STILL
    layout.numbers(
        [
            (t("measure.farthest"), two_digits(float(away.max())), "mm"),
            (t("measure.mean_moved"), two_digits(float(away[touched].mean()) if touched.any() else 0.0), "mm"),
            (t("measure.touched"), two_digits(100 * float(touched.mean())), "%"),
        ]
    )


def _warn(run: Run, amounts: dict[str, float]) -> None:
    """Says which changes are smaller than the error with which the fit knows what they change."""
    head = cache.workshop().parts.head
    fit = run.reconstruction.fit
    errors = cache.picture((run.key, "change_errors"), lambda: change_errors(head, fit))
    small = [
        t("measure.small_one", change=t(f"measure.change_{name}"), error=two_digits(errors[name]))
        for name, amount in amounts.items()
        if 0 < abs(amount) < errors[name]
    ]
    if small:
        st.caption(f":material/info: {t('measure.small', changes=' · '.join(small))}")


def _offer(run: Run, moved: np.ndarray, amounts: dict[str, float]) -> None:
    """Offers the changed head as a file."""
    key = (run.key, "plan_glb", tuple(amounts.values()))
    matrix = cache.workshop().parts.refinement(1).matrix
    if st.toggle(t("measure.want_file"), key="measure_want_file"):
        content = cache.picture(key, lambda: glb_bytes(reshaped(run.reconstruction, matrix, moved)))
        st.download_button(
            t("measure.download"),
            content,
            "head-changed.glb",
            "model/gltf-binary",
            icon=":material/download:",
            on_click="ignore",
            key="measure_download",
        )
