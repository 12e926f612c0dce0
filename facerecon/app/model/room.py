"""The link that stands a head in the visitor's own room, where the browser can: AR Quick Look, from this server."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from facerecon.app.head_viewer.component import Links
from facerecon.app.texts import t

PICTURE = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%230f7b85'"
    " stroke-width='1.7' stroke-linejoin='round'>"
    "<path d='M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9'/></svg>"
)
"""A cube: Quick Look asks for a picture inside its link."""


def stand_in_the_room(place: str, usdz: bytes, kind: str) -> None:
    """Shows a link that opens a USDZ in the room, or nothing where the browser cannot.

    Args:
        place: makes the key unique.
        usdz: the file.
        kind: its media type.
    """
    data = {"url": Links(f"room_{place}").to(usdz, kind), "label": t("model.room"), "picture": PICTURE}
    _component()(key=f"room_{place}", data=data)


@cache
def _component() -> Callable[..., Any]:
    """Registers the component, once."""
    parts = files("facerecon.app.head_viewer").joinpath("parts.js").read_text("utf-8")
    script, style = (files("facerecon.app.model").joinpath(f"room.{end}").read_text("utf-8") for end in ("js", "css"))
    return st.components.v2.component("facerecon.room", html='<div class="room"></div>', css=style, js=parts + script)
