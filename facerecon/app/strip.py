"""The strip on top of every page: one live picture a stage, the present one marked, each a link, with its time."""

from __future__ import annotations

from html import escape

import streamlit as st

from facerecon.app.numbers import duration
from facerecon.app.texts import t

STAGES: dict[str, str] = {
    "photo": "pages/reconstruct.py",
    "detection": "pages/detection.py",
    "landmarks": "pages/landmarks.py",
    "fitting": "pages/registration.py",
    "mesh": "pages/mesh.py",
    "texture": "pages/texture.py",
    "model": "pages/model.py",
}
"""Stage → the page that shows it, in the order of the pipeline."""


class Strip:
    """Seven tiles that are filled while the pipeline runs, without moving anything on the page.

    Args:
        present: the stage whose page this is, or None.
    """

    def __init__(self, present: str | None):
        self._present = present
        self._pictures: dict[str, str] = {}
        self._tiles = {}
        self._times = {}
        with st.container(horizontal=True, wrap=False, key="strip", gap="small"):
            for stage, page in STAGES.items():
                with st.container(key=f"strip_{stage}", gap="xxsmall"):
                    self._tiles[stage] = st.empty()
                    st.page_link(page, label=t(f"stage.{stage}"))
                    self._times[stage] = st.empty()
                self.show(stage)
                self.time(stage, None)

    @property
    def full(self) -> bool:
        """Whether every tile has its picture."""
        return all(self._pictures.values())

    def show(self, stage: str, picture: str | None = None, look: str = "") -> None:
        """Fills a tile.

        Args:
            stage: which.
            picture: a data link; None: the one that is there, or an empty tile.
            look: `busy`, `failed` or nothing.
        """
        self._pictures[stage] = picture or self._pictures.get(stage, "")
        now = "now" if stage == self._present else ""
        alt = escape(t(f"strip.alt_{stage}"), quote=True)
        image = f'<img src="{self._pictures[stage]}" alt="{alt}">' if self._pictures[stage] else ""
        colour = "--stage:var(--accent)" if stage == "photo" else f"--stage:var(--stage-{stage})"
        self._tiles[stage].html(f'<div class="tile {now} {look}" style="{colour}">{image}</div>')

    def time(self, stage: str, milliseconds: float | None) -> None:
        """Writes how long a stage took."""
        text = "" if milliseconds is None else " ".join(duration(milliseconds))
        self._times[stage].html(f'<div class="ms">{text or "&nbsp;"}</div>')
