"""The look of the page, and where its millimetres come from."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from facerecon.app import layout
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits


def dress() -> None:
    """Brings the page's style sheet in."""
    st.html(f"<style>{files('facerecon.app.measure').joinpath('style.css').read_text('utf-8')}</style>")


def show_scale(run: Run) -> None:
    """Says where the millimetres come from, how sure they are, and what a tolerance is made of."""
    fit = run.reconstruction.fit
    layout.caption(f"scale.{fit.scale.source}")
    kind = "fit" if fit.std is not None else "spread"
    layout.caption(f"measure.tolerance_{kind}", scale=two_digits(100 * fit.scale.relative_error))
