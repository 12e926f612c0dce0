"""Mesh: five ways from one photo to triangles, the tools that make them better, and Delaunay's circles."""

import streamlit as st

from facerecon.app import layout, messages
from facerecon.app.code import show_code
from facerecon.app.mesh import bench, controls, display, growth
from facerecon.app.texts import t
from facerecon.geometry.delaunay import delaunay_steps
from facerecon.geometry.poisson import poisson_surface
from facerecon.geometry.smoothing import taubin_steps
from facerecon.mesh.decimate import level_steps
from facerecon.mesh.refine import refine_steps
from facerecon.mesh.remesh import remesh_steps
from facerecon.mesh.repair import repair

run = layout.begin("mesh", "mesh")
display.dress()
display.side_by_side(run)


@st.fragment
def play() -> None:
    """Shows one mesh and what a tool makes of it; only this part of the page runs again when a control moves."""
    name = controls.choose_builder()
    built = bench.built(run, name)
    picture, beside = st.columns([7, 5], gap="large")
    with beside:
        layout.caption(f"mesh.about_{name}")
        job = controls.choose_job(built.mesh) if built.mesh else None
    if job is None:
        with picture:
            messages.hole(f"advice.{built.advice}", layout.PICTURE_HEIGHT)
        return
    with st.spinner(t("mesh.busy")):
        made = bench.worked(run, name, job)
    with picture:
        display.show_space(run, made)
        layout.caption(f"mesh.caption_{job.way}")
    with beside:
        display.numbers(made)
    display.table(made)
    display.plots(made)


play()
layout.caption(f"scale.{run.reconstruction.fit.scale.source}")
growth.grow(run)
layout.lesson("mesh")
show_code(delaunay_steps, poisson_surface, taubin_steps, level_steps, refine_steps, remesh_steps, repair)
