"""How unlike its mirror image the face is: a map in mm, a score, and both sides' measures beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.anthropometry.asymmetry import Asymmetry
from facerecon.app import cache, heads, layout
from facerecon.app.cache import Run
from facerecon.app.measure import named, views
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.core.types import Mesh
from facerecon.drawing.comparison import colour_bar, difference_colours
from facerecon.measuring import head_asymmetry

if TYPE_CHECKING:
    from pyvista import Plotter

PAIRS = ("eye_length", "eye_height", "ear_length")
HEIGHT = 460
"""px of the 3D view."""
LEAST_SCALE = 1.0
"""mm that the last colour stands for, at least."""


def show(run: Run) -> None:
    """Shows where the face is unlike its mirror image, and by how much."""
    st.subheader(t("measure.asymmetry"), anchor=False)
    layout.caption("measure.asymmetry_lead")
    head = cache.workshop().parts.head
    found = cache.picture((run.key, "asymmetry"), lambda: head_asymmetry(head, run.reconstruction.fit))
    face = head.face_region[: head.skin_vertices] > 0.5
    mesh = views.finer(views.neutral(run))
    most = max(LEAST_SCALE, float(np.ceil(np.quantile(found.distance[face], 0.98))))
    view, told = st.columns([7, 5], gap="large")
    with view:
        heads.show_scenes(
            "asymmetry",
            f"{run.key}/asymmetry",
            ("difference", "outwards"),
            lambda names: _scenes(mesh, found, most, names),
            height=HEIGHT,
        )
    with told:
        _show_numbers(run, found, face)
        bars = colour_bar(t("view.difference"), ["0", f"{most / 2:g}", f"{most:g} mm"], signed=False)
        bars += colour_bar(t("view.outwards"), [f"−{most:g}", "0", f"+{most:g} mm"], signed=True)
        st.html(f'<div class="ramps">{bars}</div>')
        layout.caption("measure.asymmetry_note")


def _show_numbers(run: Run, found: Asymmetry, face: np.ndarray) -> None:
    """Shows the score, and by how much the left side's measures exceed the right's."""
    measured = named.measured(run)
    entries = [
        (t("measure.score"), two_digits(found.score), "mm"),
        (t("measure.most"), two_digits(float(found.distance[face].max())), "mm"),
    ]
    for pair in PAIRS:
        if f"{pair}_left" in measured:
            more = measured[f"{pair}_left"].value - measured[f"{pair}_right"].value
            entries.append((t(f"measure.pair_{pair}"), f"{more:+.1f}".replace("-", "−"), "mm"))
    layout.numbers(entries)


def _scenes(mesh: Mesh, found: Asymmetry, most: float, names: Sequence[str]) -> Mapping[str, Plotter]:
    from facerecon.drawing.scene import scene

    parts = cache.workshop().parts
    head, finer = parts.head, parts.refinement(1)

    def coloured(values: np.ndarray, signed: bool) -> Plotter:
        fields = np.zeros((2, len(head.mean)))
        fields[:, : head.skin_vertices] = values, np.ones(len(values))
        shown, measured = (finer.matrix @ field for field in fields)
        colours = difference_colours(shown, measured * finer.face_region, most, signed)
        return scene(mesh, style="colours", colours=colours, window_size=(heads.WIDTH, HEIGHT))

    make = {
        "difference": lambda: coloured(found.distance, signed=False),
        "outwards": lambda: coloured(found.outwards, signed=True),
    }
    return {name: make[name]() for name in names}
