"""The panel from which a head is taken along: one format, what it is for, and its file, made when asked for."""

from __future__ import annotations

import streamlit as st

from facerecon.app import files, layout, messages, state
from facerecon.app.cache import Run
from facerecon.app.model.room import stand_in_the_room
from facerecon.app.numbers import size
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.export import FileOptions

HEIGHTS = (None, 200.0, 100.0, 50.0)
"""mm of a printed head; None: life-size."""

WISHES = {
    "glb": ("skeleton", "neutral_base", "quantised", "albedo"),
    "usdz": ("neutral_base", "albedo"),
    "obj": ("albedo",),
    "ply": ("albedo",),
}
"""What can be switched on about a format."""


@st.fragment
def downloads(run: Run, place: str) -> None:
    """Shows the choice of a format, one line about it, and a button that makes the file, then one that takes it along.

    Args:
        run: whose head.
        place: makes the widgets' keys unique.
    """
    kind = st.segmented_control(
        t("model.format"),
        list(files.KINDS),
        default="glb",
        required=True,
        format_func=lambda name: t(f"model.{name}"),
        key=f"format_{place}",
        label_visibility="collapsed",
        persist_state="session",
    )
    layout.caption(f"model.{kind}_note")
    options = _options(run, kind, place)
    content = files.known(run, kind, options)
    spot = st.empty()
    if content is None:
        if not spot.button(t("model.prepare"), icon=":material/package_2:", key=f"prepare_{place}"):
            return
        spot.empty()
        try:
            with spot, st.spinner(t("model.preparing")):
                content = files.content(run, kind, options)
        except FaceReconError as error:
            messages.show_error(error)
            return
    name, mime = files.KINDS[kind]
    spot.download_button(
        f"{name} · {' '.join(size(len(content)))}",
        content,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key=f"download_{place}",
    )
    if kind == "usdz":
        stand_in_the_room(place, content, mime)


def _options(run: Run, kind: str, place: str) -> FileOptions:
    """Shows what can be chosen about a format."""
    if kind == "stl":
        height = st.segmented_control(
            t("model.print_height"),
            list(HEIGHTS),
            default=100.0,
            required=True,
            format_func=lambda mm: t("model.life_size") if mm is None else f"{mm / 10:g} cm",
            key=f"height_{place}",
            persist_state="session",
        )
        return FileOptions(height_mm=height)
    wishes = [
        name for name in WISHES.get(kind, ()) if name != "albedo" or run.reconstruction.texture.albedo is not None
    ]
    with st.container(horizontal=True, gap="medium"):
        chosen = {name: _toggle(name, place) for name in wishes}
    material = state.session().material
    changed = material != run.reconstruction.material and kind in ("glb", "usdz", "obj")
    return FileOptions(**chosen, material=material if changed else None)


def _toggle(name: str, place: str) -> bool:
    label, more = t(f"model.{name}"), t(f"model.{name}_help")
    return st.toggle(label, key=f"{name}_{place}", help=more, persist_state="session", width="content")
