"""Mesh: the head as triangles, split as often as the visitor likes, and how even they are."""

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, pictures
from facerecon.app.code import show_code
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.core.types import Mesh
from facerecon.drawing.figures import histogram
from facerecon.geometry.quality import triangle_quality
from facerecon.mesh.subdivide import subdivide

SPLITS = (0, 1, 2)

run = layout.begin("mesh", "mesh")


def mesh_after(splits: int) -> Mesh:
    """Gives the head after so many splits: the run's own where it has one."""
    known = [step.value for step in run.of("mesh")]
    if splits < len(known):
        return known[splits]
    return subdivide(cache.picture((run.key, "mesh", splits - 1), lambda: mesh_after(splits - 1)))[0]


place = st.container()
splits = st.segmented_control(
    t("mesh.control"), SPLITS, default=0, required=True, key="splits", persist_state="session"
)
mesh = cache.picture((run.key, "mesh", splits), lambda: mesh_after(splits))
with place:
    # Where the edges lie closer than the screen's pixels, the shaded surface says more.
    views = ["wireframe", "clay", "normals"] if splits < 2 else ["clay", "normals", "wireframe"]
    heads.show_mesh(mesh, f"{run.key}/{splits}", "mesh", views, layout.PICTURE_HEIGHT)
    layout.caption("mesh.caption", triangles=f"{len(mesh.triangles):,}")

# The face is what is in front of the ears; the rest of the head has larger triangles by design.
face = (mesh.vertices[:, 2] > -45) & (np.abs(mesh.vertices[:, 1]) < 110)
skin = mesh.triangles if mesh.parts is None else mesh.triangles[mesh.parts == 0]
quality = cache.picture((run.key, "quality", splits), lambda: triangle_quality(mesh.vertices, skin))
angle = cache.picture((run.key, "angle", splits), lambda: float(np.median(pictures.smallest_angles(mesh))))
edge = cache.picture((run.key, "edge", splits), lambda: pictures.mean_edge(mesh, face))
layout.numbers(
    [
        (t("mesh.vertices"), f"{len(mesh.vertices):,}", ""),
        (t("mesh.triangles"), f"{len(mesh.triangles):,}", ""),
        (t("mesh.edge"), two_digits(edge), "mm"),
        (t("mesh.angle"), two_digits(angle), "°"),
        layout.stage_time(run, "mesh"),
    ]
)
layout.caption(f"scale.{run.reconstruction.fit.scale.source}")

st.subheader(t("mesh.quality"), anchor=False)
layout.caption("mesh.quality_lead")
figure = histogram(
    quality,
    x_title=t("mesh.quality_x"),
    y_title=t("mesh.quality_y"),
    stage="mesh",
    limits=(0.0, 1.0),
    dark=layout.is_dark(),
)
layout.chart(figure, "quality")
layout.lesson("mesh")
show_code(subdivide)
