"""The turntable: a film of the head, made when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.numbers import size
from facerecon.app.texts import t
from facerecon.drawing.turntable import turntable
from facerecon.export.film import film_bytes, gif_bytes

COUNT = 36
RATE = 12.0
SIZE = (400, 450)
"""px, both even, as video wants them."""
EVERYWHERE = "H.264"
"""The coding that browsers and players alike know."""
STYLES = ("textured", "clay", "wireframe")


@dataclass(frozen=True, eq=False)
class Film:
    """A turn of the head."""

    gif: bytes
    mp4: bytes
    codec: str
    "of the MP4"
    webm: bytes | None
    "where the MP4 is none that browsers play"


@st.fragment
def offer(run: Run) -> None:
    """Shows the choice of what turns, a button that prepares the film, and then its files."""
    st.subheader(t("model.turntable"), anchor=False)
    style = st.segmented_control(
        t("model.turntable_style"),
        STYLES,
        default=STYLES[0],
        required=True,
        format_func=lambda name: t(f"view.{name}"),
        key="turntable_style",
        label_visibility="collapsed",
    )
    key = (run.key, "turntable", style)
    film = cache.known_picture(key)
    if film is None:
        place = st.empty()
        with place.container():
            asked = st.button(t("model.turntable_make"), icon=":material/360:", key=f"turntable_{style}")
            layout.caption("model.turntable_note", count=COUNT)
        if not asked:
            return
        film = cache.picture(key, lambda: _made(run, style, place.progress(0.0, t("model.turntable_busy"))))
        place.empty()
    _downloads(film, style)


def _made(run: Run, style: str, bar: st.delta_generator.DeltaGenerator) -> Film:
    """Renders the turn and shows how far it is."""
    result = run.reconstruction
    frames: list[np.ndarray] = []
    for frame in turntable(
        result.mesh, COUNT, SIZE, style=style, texture=result.texture, part_images=result.part_images
    ):
        frames.append(frame)
        bar.progress(len(frames) / COUNT, f"{t('model.turntable_busy')} {len(frames)} / {COUNT}")
    mp4, codec = film_bytes(frames, RATE)
    webm = None if codec == EVERYWHERE else film_bytes(frames, RATE, "webm")[0]
    return Film(gif_bytes(frames, RATE), mp4, codec, webm)


def _downloads(film: Film, style: str) -> None:
    """Shows the film and the buttons that take it along."""
    picture, files = st.columns([5, 7], gap="large", vertical_alignment="center")
    picture.image(film.gif, width="stretch", alt=t("model.turntable_alt"))
    with files:
        for kind, content, label in (
            ("gif", film.gif, "GIF"),
            ("mp4", film.mp4, f"MP4, {film.codec}"),
            ("webm", film.webm, "WebM"),
        ):
            if content is None:
                continue
            st.download_button(
                f"{label} · {' '.join(size(len(content)))}",
                content,
                file_name=f"head-{style}.{kind}",
                mime="image/gif" if kind == "gif" else f"video/{kind}",
                icon=":material/download:",
                on_click="ignore",
                key=f"film_{style}_{kind}",
            )
            alone = kind == "mp4" and film.codec == EVERYWHERE
            layout.caption("model.turntable_everywhere" if alone else f"model.turntable_{kind}")
