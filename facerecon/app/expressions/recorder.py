"""A short film from the visitor's camera; Streamlit's own camera takes single pictures only."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from facerecon.app.texts import t

SECONDS = 6
MOST_BYTES = 30_000_000
HTML = (
    '<div class="recorder"><video muted playsinline></video><span><i></i></span><button type="button"></button>'
    '<p role="status"></p></div>'
)
LABELS = ("record", "recording", "no_camera")


def recorder(key: str) -> tuple[str, bytes] | None:
    """Shows a button that films for some seconds, and gives a film right after it was made: its name, its content."""
    labels = {name: t(f"expressions.{name}", seconds=SECONDS) for name in LABELS}
    answer = _component()(key=key, data={"labels": labels, "seconds": SECONDS}, on_film_change=lambda: None)
    return film_from(answer.get("film"))


def film_from(told: Mapping[str, Any] | None) -> tuple[str, bytes] | None:
    """Reads what the browser sent; None where it is no film."""
    try:
        content = base64.b64decode(told["content"], validate=True)
        name = f"film-{int(told['turn'])}"
    except (TypeError, KeyError, ValueError, binascii.Error):
        return None
    return (name, content) if 0 < len(content) <= MOST_BYTES else None


@cache
def _component() -> Callable[..., Any]:
    """Registers the component, once."""
    folder = files("facerecon.app.expressions")
    parts = {kind: folder.joinpath(f"recorder.{kind}").read_text("utf-8") for kind in ("css", "js")}
    return st.components.v2.component("facerecon.recorder", html=HTML, **parts)
