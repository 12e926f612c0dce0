"""The way of the head onto the scan: every step of the fit and of the bending, beside the scan, with its error."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.core.types import PointCloud
from facerecon.drawing.comparison import colour_bar, difference_colours
from facerecon.drawing.figures import error_curve
from facerecon.drawing.scan_view import ScanScene
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, rotation_from_euler
from facerecon.morphable.surface_fit import SurfaceFit
from facerecon.registration.nonrigid import NonrigidStep

Way = list[tuple[SurfaceFit | NonrigidStep, float]]
"""Steps, and what each took, ms."""
SIDE, EXTENT = 560, 270.0
"""px of a picture, and the mm that it shows."""
MIDDLE = np.array([0.0, -25.0, -20.0])
"""mm, head frame: the middle of the pictures."""
TURN = rotation_from_euler(np.radians(25), 0.0, 0.0)
MOST = 3.0
"""mm that the last colour stands for."""


def way_of(run: cache.Run) -> Way:
    """Lists the steps of a run that move the head."""
    steps = [*run.of("fitting"), *run.of("bending")]
    return [(s.value, s.milliseconds) for s in steps if isinstance(s.value, SurfaceFit | NonrigidStep)]


@st.fragment
def replay(run: cache.Run) -> None:
    """Shows one step beside the scan; only this part of the page runs again when the slider moves."""
    way = way_of(run)
    slider = f"scan_step_{run.key[:12]}"
    st.session_state.setdefault(slider, len(way) - 1)
    index = st.slider(t("scan.control"), 0, len(way) - 1, key=slider)
    step, taken = way[index]
    scanned, fitted = st.columns(2, gap="large")
    with scanned:
        key = (run.key, "scan", "cloud")
        st.image(cache.picture(key, lambda: _seen(run.reconstruction.scan.cloud)), width="stretch", alt=t("scan.alt"))
        layout.caption("scan.cloud", points=f"{len(run.reconstruction.scan.cloud):,}")
    with fitted:
        key = (run.key, "scan", "step", index)
        st.image(cache.picture(key, lambda: _step_picture(run, step)), width="stretch", alt=t("scan.alt_step"))
        kind = "first" if index == 0 else "fit" if isinstance(step, SurfaceFit) else "bend"
        layout.caption(f"scan.step_of_{kind}", residual=two_digits(step.residual), time=" ".join(duration(taken)))
        bar = colour_bar(t("scan.away"), ["0", f"{MOST / 2:g}", f"{MOST:g} mm"], signed=False)
        st.html(f'<div class="ramps">{bar}</div>')
    curves = {t("scan.curve"): [one.residual for one, _ in way]}
    axes = {"x_title": t("registration.curve_x"), "y_title": t("scan.curve_y")}
    figure = error_curve(curves, current=index, dark=layout.is_dark(), height=240, **axes)
    layout.chart(figure, f"scan_curve_{run.key[:12]}", on_click=lambda: _jump(run, slider))


def _jump(run: cache.Run, slider: str) -> None:
    """Moves the slider to the step whose point on the curve was clicked."""
    points = st.session_state[f"scan_curve_{run.key[:12]}"]["selection"]["points"]
    if points:
        st.session_state[slider] = int(points[0]["x"])


def _step_picture(run: cache.Run, step: SurfaceFit | NonrigidStep) -> np.ndarray:
    """Draws the skin as it is at a step, coloured by its distance from the scan."""
    head = cache.workshop().parts.head
    skin = head.skin(step.vertices)
    count = head.skin_vertices
    away = step.distances if isinstance(step, NonrigidStep) else np.abs(step.residuals)
    colours = difference_colours(away[:count], step.weights[:count] > 0, MOST, signed=False)
    return _seen(PointCloud(skin.vertices, None, colours, skin.triangles))


def _seen(cloud: PointCloud) -> np.ndarray:
    """Draws what lies in the head frame, turned a little."""
    return ScanScene(cloud).view(CAMERA_FROM_FRONTAL[:3, :3] @ TURN, MIDDLE, EXTENT, SIDE).image
