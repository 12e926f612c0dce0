"""Expressions: the visitor's own head moves in the browser, by sliders, by another face, by a film."""

import streamlit as st

from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.expressions import keep, transfer
from facerecon.app.expressions.panel import panel, track_from
from facerecon.app.head_viewer.component import head_player
from facerecon.app.head_viewer.content import content
from facerecon.app.texts import t
from facerecon.core.track import Track
from facerecon.export.animation import animated_glb
from facerecon.performance import expression_of, follow, track_of

run = layout.begin("expressions", "model")


@st.fragment
def play() -> None:
    """Shows head, sliders and what can be brought and taken; only this part of the page runs again."""
    place = st.container(key="player")
    bring, take = st.columns(2, gap="large")
    with bring:
        st.subheader(t("expressions.bring_title"), anchor=False)
        given = transfer.bring("expressions")
    with place:
        answer = head_player("expressions", content(run), panel(given))
    with take:
        st.subheader(t("expressions.take_title"), anchor=False)
        keep.offer(run, track_from(answer), answer["turn"])


play()
keep.numbers(run)
layout.lesson("expressions")
show_code(Track.at, expression_of, follow, track_of, animated_glb)
