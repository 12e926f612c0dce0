"""Delaunay's triangulation of the visitor's own landmarks, point by point."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, pictures
from facerecon.app.cache import Run
from facerecon.app.mesh import bench
from facerecon.app.texts import t
from facerecon.app.thumbnails import jpeg
from facerecon.drawing.mesh_figures import draw_delaunay
from facerecon.geometry.delaunay import DelaunayStep, delaunay_steps

DIM = 0.55
"""What is left of the photo's brightness."""


def grow(run: Run) -> None:
    """Lets the visitor put the points in one at a time."""
    st.subheader(t("mesh.growth"), anchor=False)
    layout.caption("mesh.growth_lead")
    _scrub(run)


@st.fragment
def _scrub(run: Run) -> None:
    steps = cache.picture((run.key, "delaunay"), lambda: _steps(run))
    picture, beside = st.columns([7, 5], gap="large")
    with beside:
        count = st.slider(t("mesh.points_in"), 3, len(steps) + 2, min(60, len(steps) + 2), key="mesh_points_in")
        step = steps[count - 3]
        layout.numbers(
            [
                (t("mesh.triangles"), f"{len(step.triangles):,}", ""),
                (t("mesh.circles"), f"{len(step.cavity)}", ""),
            ]
        )
        layout.caption("mesh.growth_told")
    with picture:
        st.image(jpeg(_drawn(run, step)), width="stretch", alt=t("mesh.growth"))


def _steps(run: Run) -> list[DelaunayStep]:
    """Runs the algorithm on the points without the irises, in a random order that is always the same."""
    given = bench.source(run)
    rows = np.setdiff1d(np.arange(len(given.landmarks.points)), given.ignored)
    order = np.random.default_rng(4).permutation(rows)
    return list(delaunay_steps(given.landmarks.points * (1, -1), order))


def _drawn(run: Run, step: DelaunayStep) -> np.ndarray:
    cut = pictures.face_picture(run.reconstruction, 0)
    dim = (cut.image * DIM).astype(np.uint8)
    return draw_delaunay(dim, cut.to_crop(bench.source(run).landmarks.points), step)
