"""The buttons that take a head along."""

from __future__ import annotations

import streamlit as st

from facerecon.app import files, layout
from facerecon.app.cache import Run
from facerecon.app.numbers import size
from facerecon.app.texts import t


def downloads(run: Run, place: str) -> None:
    """Shows a button for each kind of file, with its size and what it is for.

    Args:
        run: whose head.
        place: makes the widgets' keys unique.
    """
    for column, kind in zip(st.columns(len(files.KINDS), gap="medium"), files.KINDS, strict=True):
        content = files.content(run, kind)
        with column:
            st.download_button(
                f"{t(f'model.{kind}')} · {' '.join(size(len(content)))}",
                content,
                file_name=files.KINDS[kind][0],
                mime=files.KINDS[kind][1],
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
                key=f"download_{place}_{kind}",
            )
            layout.caption(f"model.{kind}_note")
