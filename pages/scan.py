"""Scan: a scan or a depth map becomes the same kind of head, and one sees how it comes to lie on it."""

import streamlit as st

from facerecon.app import layout, messages
from facerecon.app.code import show_code
from facerecon.app.downloads import downloads
from facerecon.app.scan import inputs, replay, result
from facerecon.app.texts import t
from facerecon.morphable.surface_fit import surface_fit_steps
from facerecon.registration.nonrigid import nonrigid_icp_steps

strip = layout.open_page("scan", menu=False)
choice, picture = st.columns([5, 7], gap="large")
with choice:
    inputs.scan_input()
with picture:
    run = inputs.follow()
    if run:
        result.show_head(run)
    else:
        messages.hole("scan.none", layout.PICTURE_HEIGHT)
if run:
    for warning in run.reconstruction.warnings:
        st.caption(f":material/info: {t(f'warning.{warning}')}")
    result.show_numbers(run)
    st.subheader(t("scan.way"), anchor=False)
    layout.caption("scan.way_lead")
    replay.replay(run)
    st.subheader(t("model.downloads"), anchor=False)
    downloads(run, "scan")
layout.lesson("scan")
show_code(surface_fit_steps, nonrigid_icp_steps)
layout.fill(strip)
