"""Evaluate: how far a scan of the person is from the reconstructed head, beside heads that know no photo."""

import streamlit as st

from facerecon.app import layout, messages
from facerecon.app.code import show_code
from facerecon.app.evaluate import bench, by_hand, controls, display, picker, subject
from facerecon.app.scan import inputs
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.evaluation.protocol import FaceBall
from facerecon.evaluation.refinement import refine_steps
from facerecon.evaluation.scan_to_mesh import region_distances, scan_to_mesh
from facerecon.scans.scan import Scan

run = layout.begin("evaluate")
display.dress()
one = subject.follow(run)
card = None
if isinstance(one, subject.Subject):
    try:
        with st.spinner(t("evaluate.busy")):
            card = bench.scored(one)
    except FaceReconError as error:
        messages.show_error(error)

picture, beside = st.columns([7, 5], gap="large")
with beside:
    if card:
        controls.say_whose(one)
        metrical = controls.choose_size()
        display.verdict(one, metrical)
    inputs.scan_input()
with picture:
    if card:
        display.show_space(one, metrical)
    elif isinstance(one, Scan):
        by_hand.place(one)
    else:
        messages.hole("evaluate.none", layout.PICTURE_HEIGHT)
if card:
    display.numbers(one, metrical)
    controls.say_scale(one)
    st.subheader(t("evaluate.sides"), anchor=False)
    layout.caption("evaluate.sides_lead")
    display.sides(one, metrical)
    display.plots(one, metrical)
    display.table(one)
    st.subheader(t("evaluate.marks"), anchor=False)
    picker.pick(one, card.truth.landmarks68)
    controls.offer_report(one)
layout.lesson("evaluate")
show_code(FaceBall.around, scan_to_mesh, refine_steps, region_distances)
