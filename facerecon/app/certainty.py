"""How sure the head is: as colours on it, and by region what came from the photos and what is the average head's."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.texts import t
from facerecon.certainty import region_certainty
from facerecon.core.types import Reconstruction
from facerecon.drawing.certainty import share_bars
from facerecon.drawing.comparison import colour_bar
from facerecon.drawing.maps import value_colours

VIEW = "uncertainty"
MOST = 0.98
"""The quantile of the standard deviations that has the last colour."""


def spread(result: Reconstruction) -> np.ndarray | None:
    """Gives the standard deviation at the vertices of the finished head, `(V,)` mm; None: not known."""
    std = result.fit.std
    if std is None:
        return None
    parts = cache.workshop(head=result.head_model).parts
    times = next(times for times in range(4) if len(parts.refinement(times).mesh.vertices) == len(result.mesh.vertices))
    return parts.refinement(times).matrix @ std


def most(values: np.ndarray) -> float:
    """Gives how many mm have the last colour."""
    return float(np.quantile(values, MOST))


def colours(result: Reconstruction) -> np.ndarray | None:
    """Colours the vertices of the finished head by how unsure they are, dark to bright: `(V, 3)` uint8."""
    values = spread(result)
    return None if values is None else value_colours(values, (0.0, most(values)))


def legend(result: Reconstruction) -> None:
    """Shows what the colours mean."""
    values = spread(result)
    if values is not None:
        last = most(values)
        bar = colour_bar(t("certainty.bar"), ["0", f"± {last / 2:.1f}", f"± {last:.1f} mm"], signed=False)
        st.html(f'<div class="ramps">{bar}</div>')


def regions(run: Run) -> None:
    """Shows by region how much came from the photos, and how far off it may be."""
    head = cache.workshop(head=run.reconstruction.head_model).parts.head
    found = region_certainty(head, run.reconstruction.fit)
    if not found:
        return
    labels = {name: t(f"certainty.region_{name}") for name in found}
    st.subheader(t("certainty.title"), anchor=False)
    layout.caption("certainty.lead")
    figure = share_bars(
        {labels[name]: one.from_photos for name, one in found.items()},
        {labels[name]: one.std for name, one in found.items()},
        names=(t("certainty.from_photos"), t("certainty.from_average")),
        x_title=t("certainty.axis"),
        dark=layout.is_dark(),
    )
    layout.chart(figure, "certainty_regions")
    legend(run.reconstruction)
    layout.caption("certainty.note")
