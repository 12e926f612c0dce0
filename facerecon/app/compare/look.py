"""The look of the page, in the colours of the two faces."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

import streamlit as st

from facerecon.app.layout import is_dark
from facerecon.drawing.comparison import FIRST, SECOND


def dress() -> None:
    """Brings the page's style sheet in."""
    sheet = files("facerecon.app.compare").joinpath("style.css").read_text("utf-8")
    st.html(f"<style>{sheet.replace('FIRST', FIRST.on(is_dark())).replace('SECOND', SECOND.on(is_dark()))}</style>")


def paragraphs(entries: Iterable[tuple[str, str]]) -> None:
    """Shows short paragraphs beside each other: heading, text."""
    cells = "".join(f"<div><dt>{escape(head)}</dt><dd>{escape(text)}</dd></div>" for head, text in entries)
    st.html(f'<dl class="paragraphs">{cells}</dl>')
