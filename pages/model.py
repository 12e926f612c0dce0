"""3D model: the finished head to look at from every side, in every light, over its photo; and to take along."""

import streamlit as st

from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.downloads import downloads
from facerecon.app.head_viewer.component import head_viewer
from facerecon.app.head_viewer.content import content
from facerecon.app.model import film
from facerecon.app.model.detail import detailed
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.drawing.turntable import turntable
from facerecon.export.glb import write_glb

run = layout.begin("model", "model")
result = run.reconstruction


@st.fragment
def look_and_take() -> None:
    """Shows the head, how its skin is, and its files; only this part of the page runs again."""
    place, switch = st.container(), st.container()
    with switch:
        shown = detailed(run)
    with place:
        head_viewer("model", content(shown), turn=True)
    numbers()
    st.subheader(t("model.downloads"), anchor=False)
    downloads(shown, "model")


def numbers() -> None:
    """Shows how much there is of the head, and how tall it is."""
    height = float(result.mesh.vertices[:, 1].max() - result.mesh.vertices[:, 1].min())
    layout.numbers(
        [
            (t("mesh.vertices"), f"{len(result.mesh.vertices):,}", ""),
            (t("mesh.triangles"), f"{len(result.mesh.triangles):,}", ""),
            (t("model.expressions"), str(len(result.morphs)), ""),
            (t("model.height"), two_digits(height / 10), "cm"),
            (t("number.scale"), f"± {two_digits(100 * result.fit.scale.relative_error)}", "%"),
        ]
    )
    layout.caption(f"scale.{result.fit.scale.source}")


look_and_take()
film.offer(run)

layout.lesson("model")
show_code(write_glb, turntable)
