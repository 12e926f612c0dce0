"""Measure: named distances with their tolerance, asymmetry, distances along the skin, and planned changes."""

import streamlit as st

from facerecon.anthropometry.asymmetry import asymmetry
from facerecon.anthropometry.measures import measure
from facerecon.anthropometry.reshape import Local, strength
from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.measure import look, mirrored, named, picked, plan
from facerecon.geometry.funnel import pull_string
from facerecon.geometry.geodesics import Geodesics

run = layout.begin("measure")
look.dress()


@st.fragment
def show_named() -> None:
    """Shows one group of measures; only this part of the page runs again when another is chosen."""
    named.show(run, named.choose_group())


show_named()
look.show_scale(run)
picked.show(run)
plan.show(run)
mirrored.show(run)
layout.lesson("measure")
show_code(measure, asymmetry, Geodesics.path, pull_string, Local.at, strength)
