"""The order of every page: strip, picture, one decisive control, the numbers, the lesson, the code that ran."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import streamlit as st

from facerecon.app import cache, messages, progress, state, texts
from facerecon.app.inputs import choose_sample, photo_input, photo_menu
from facerecon.app.navigation import navigation
from facerecon.app.numbers import duration
from facerecon.app.pictures import reduced
from facerecon.app.strip import Strip
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Photo
from facerecon.drawing.theme import css_variables
from facerecon.samples import SAMPLES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PICTURE_HEIGHT = 560
"""px of a picture's place while it is empty or busy, and of the 3D views."""
PICTURE_MOST = 820
"""px of the tallest picture."""


def is_dark() -> bool:
    """Tells whether the visitor sees the dark theme."""
    return st.context.theme.type == "dark"


def dress() -> None:
    """Brings in the style sheet, with the colours of the theme that the visitor sees."""
    variables = css_variables(is_dark())
    variables |= {f"--text-{name}": css_string(t(f"input.{name}")) for name in ("browse", "formats", "take", "allow")}
    colours = "".join(f"{name}:{value};" for name, value in variables.items())
    sheet = files("facerecon.app").joinpath("style.css").read_text("utf-8")
    st.html(f"<style>:root{{{colours}}}{sheet}</style>")


def css_string(text: str) -> str:
    """Quotes a text for CSS."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def language_switch() -> None:
    """Shows the language switch in the header; the link in the address bar keeps the language."""
    with st.container(key="language_bar"):
        st.segmented_control(
            t("page.language"),
            list(texts.LANGUAGES),
            default=state.language(),
            required=True,
            format_func=texts.LANGUAGES.__getitem__,
            key=state.LANGUAGE,
            label_visibility="collapsed",
            bind="query-params",
        )


def begin(name: str, stage: str | None = None, menu: bool = True) -> cache.Run:
    """Opens a page that shows the run of the present photos, and gives it; where there can be none, says why and ends.

    Args:
        name: of the page, for its texts.
        stage: which tile of the strip is marked.
        menu: whether photos can be changed from the title's row.
    """
    came = state.session().page != name
    strip = _open(name, stage, menu)
    photos, settings = state.session().photos, progress.settings()
    place = st.empty()
    if came and cache.known_run(photos, settings) is None:
        # On a page that is there already, the last head stays in its place until the new one takes it.
        with place.container():
            messages.hole("page.busy", PICTURE_HEIGHT)
    try:
        run = progress.follow(photos, settings, strip)
    except FaceReconError as error:
        place.empty()
        _failed(photos, error, menu)
    place.empty()
    for warning in run.reconstruction.warnings:
        st.caption(f":material/info: {t(f'warning.{warning}')}")
    return run


def open_page(name: str, stage: str | None = None, menu: bool = True) -> Strip:
    """Opens a page that does not show the run, as `begin` does, without waiting for it; `fill` ends such a page."""
    strip = _open(name, stage, menu)
    if cache.known_run(state.session().photos, progress.settings()):
        fill(strip)
    return strip


def fill(strip: Strip) -> None:
    """Fills the strip of a page that had no need to wait for the head.

    What goes wrong is told where the head is needed: the strip's own tile leads there.
    """
    if not strip.full:
        with contextlib.suppress(FaceReconError):
            progress.follow(state.session().photos, progress.settings(), strip)


def _open(name: str, stage: str | None, menu: bool) -> Strip:
    """Shows what every page begins with: an empty strip, title, what the page is about."""
    if not state.session().came_in:
        # The first visitor of a fresh server came by a link to this page: Streamlit then runs the page without app.py,
        # because it takes the folder pages/ for its older kind of app until st.navigation has been called once.
        navigation()
        st.rerun()
    if not state.session().photos:
        choose_sample(next(iter(SAMPLES)))
    state.session().page = name
    strip = Strip(stage)
    title(name, menu)
    messages.show_notices()
    return strip


def _failed(photos: Sequence[Photo], error: FaceReconError, menu: bool) -> NoReturn:
    """Keeps the photo in its place, says what usually helps, and ends the page."""
    messages.show_error(error)
    picture, choice = st.columns([7, 5], gap="large")
    with picture:
        st.image(reduced(blamed(photos, error).image), width="stretch", alt=t("strip.alt_photo"))
    if not menu:
        with choice:
            photo_input()
    st.stop()


def title(name: str, menu: bool) -> None:
    """Shows a page's title and its one sentence; beside them the way to another photo."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="title_row"):
        with st.container(gap="xsmall", width="stretch", key="title"):
            st.title(t(f"{name}.title"), anchor=False)
            st.html(f'<p class="lead">{escape(t(f"{name}.lead"))}</p>')
        if menu:
            photo_menu()


def blamed(photos: Sequence[Photo], error: FaceReconError) -> Photo:
    """Finds the photo that an error is about, else gives the first."""
    return next((photo for photo in photos if photo.name == error.values.get("name")), photos[0])


def numbers(entries: Iterable[tuple[str, str, str]]) -> None:
    """Shows a row of numbers: label, number, unit."""
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}<small>{escape(unit)}</small></dd></div>"
        for label, value, unit in entries
    )
    st.html(f'<dl class="numbers">{cells}</dl>')


def stage_time(run: cache.Run, stage: str) -> tuple[str, str, str]:
    """Gives a stage's time as an entry of `numbers`."""
    return (t("number.time"), *duration(run.reconstruction.timings_ms[stage]))


def chart(figure: Figure, key: str, on_click: Callable[[], None] | None = None) -> None:
    """Shows a Plotly figure in the project's own look.

    Args:
        figure: what to show.
        key: of the widget.
        on_click: is called when a point of one of its lines is clicked; the points are then in the session under `key`.
    """
    more = {}
    if on_click:
        steady = {"marker": {"opacity": 1}}
        figure.update_traces(mode="lines+markers", marker_size=8, cliponaxis=False, selector={"mode": "lines"})
        figure.update_traces(selected=steady, unselected=steady)
        figure.update_layout(clickmode="event+select", dragmode=False)
        more = {"on_select": on_click, "selection_mode": "points"}
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, **more)


def legend(entries: Iterable[tuple[str, str]]) -> None:
    """Shows what colours mean: CSS colour and label."""
    spans = "".join(f'<span style="--key:{colour}">{escape(label)}</span>' for colour, label in entries)
    st.html(f'<p class="legend">{spans}</p>')


def definitions(rows: Iterable[tuple[str, ...]]) -> None:
    """Shows a quiet table without a head: name, what it is, and so on."""
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    st.html(f'<table class="definitions">{cells}</table>')


def overlaid(key: str, picture: bytes, frame: np.ndarray, over: str, alt: str) -> None:
    """Shows a picture with HTML over it that fits it; a picture of great height is shown whole.

    Args:
        key: of the place.
        picture: as a file.
        frame: `(4,)` x0 y0 x1 y1 of the picture's edges, any unit.
        over: the HTML.
        alt: what is seen.
    """
    width, height = frame[2:] - frame[:2]
    with st.container(
        key=f"overlaid_{key}", width=round(PICTURE_MOST * width / height) if width < height else "stretch"
    ):
        st.image(picture, width="stretch", alt=alt)
        st.html(over)


def small_pictures(entries: Iterable[tuple[str, str, str, str]]) -> None:
    """Shows a row of small square pictures: CSS colour of the frame, link, what is seen, what is written under it."""
    figures = "".join(
        f'<figure style="--key:{colour}"><img src="{link}" alt="{escape(alt, quote=True)}">'
        f"<figcaption>{escape(text)}</figcaption></figure>"
        for colour, link, alt, text in entries
    )
    st.html(f'<div class="small-pictures">{figures}</div>')


def table(head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Shows a table of measures: the columns' names; and, a row, its CSS colour and its cells, numbers with units."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        f'<tr style="--key:{colour}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for colour, cells in rows
    )
    st.html(f'<div class="measures"><table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div>')


def caption(key: str, **values: object) -> None:
    """Writes a picture's caption."""
    note(t(key, **values))


def note(text: str) -> None:
    """Writes a quiet line that needs no translation, for instance a file's name."""
    st.html(f'<p class="quiet">{escape(text)}</p>')


def lesson(name: str) -> None:
    """Shows a lesson."""
    with st.container(key="lesson"):
        st.markdown(texts.lesson(state.language(), name))
