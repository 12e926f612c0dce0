"""Landmarks: the points of the face, how firm they are, how to move them, and what they tell."""

import streamlit as st

from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.landmarks import controls, editor, measures, panes
from facerecon.app.landmarks.accuracy import accuracy
from facerecon.app.landmarks.subject import Subject
from facerecon.landmarks.correction import Correction, correlation
from facerecon.landmarks.iris import iris_scale
from facerecon.landmarks.mediapipe import FaceMesh
from facerecon.landmarks.opening import opening
from facerecon.landmarks.stability import spread_steps

run = layout.begin("landmarks", "landmarks")
subject = Subject(run, controls.choose_photo(run))


@st.fragment
def play() -> None:
    """Shows the points; only this part of the page runs again when they are moved, or shown in another way."""
    picture, beside = st.columns([7, 5], gap="large")
    with beside:
        mode = controls.choose_mode()
    with picture:
        place = st.container()
        name = controls.choose_scheme(subject.marks.scheme)
        part = controls.ALL if mode == "firm" else controls.choose_part(name, surface=mode == "look")
    if mode == "look":
        panes.look(subject, name, part, place, beside)
    elif mode == "firm":
        panes.firm(subject, name, place, beside)
    else:
        editor.move(subject, name, part, place, beside)


play()
measures.close_ups(subject)
measures.numbers(subject)
measures.expressions(subject)
measures.ruler(subject)
accuracy()
layout.lesson("landmarks")
show_code(FaceMesh.locate, Correction.landmarks.func, correlation, spread_steps, iris_scale, opening)
