"""What a visitor is told when something does not work: what happened and what usually helps, in one sentence or two."""

from __future__ import annotations

import logging
from html import escape

import streamlit as st

from facerecon.app import state
from facerecon.app.texts import advice, t
from facerecon.core.errors import FaceReconError

logger = logging.getLogger(__name__)


def show_error(error: FaceReconError) -> None:
    """Shows an error as advice; the visitor's work stays as it is."""
    logger.info("told the visitor: %s", error.advice)  # never the message: it may hold a file's name
    st.warning(advice(error.advice, **error.values), icon=":material/info:")


def show_notices() -> None:
    """Shows what went wrong with the files of the last upload."""
    for name, error in state.take_notices():
        st.warning(advice(error.advice, **{"name": name, **error.values}), icon=":material/broken_image:")


def hole(key: str, height: int, paper: bool = False, **values: object) -> None:
    """Fills the place of a picture that is not there with a sentence, in the picture's own size."""
    style = f"min-height:{height}px"
    kind = "hole paper" if paper else "hole"
    st.html(f'<div class="{kind}" style="{style}"><p>{escape(t(key, **values))}</p></div>')
