"""What the page shows of the scores: the head as a heat map, three heads from three sides, numbers and plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import heads, layout
from facerecon.app.evaluate import bench
from facerecon.app.evaluate.subject import Subject
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.core.types import Mesh
from facerecon.drawing.comparison import SECOND, colour_bar
from facerecon.drawing.evaluation_figures import region_bars
from facerecon.drawing.figures import Series, cumulative_errors
from facerecon.drawing.theme import QUIET, STAGES, Tone
from facerecon.evaluation.protocol import REGIONS
from facerecon.scorecard.pictures import MOST, scan_in_head
from facerecon.scorecard.score import NO_PHOTO, OURS, RIGID

if TYPE_CHECKING:
    from pyvista import Plotter

TONES: dict[str, Tone] = {OURS: STAGES["fitting"], NO_PHOTO: QUIET, RIGID: SECOND}
VIEWS = ("away", "outwards", "scanned", "clay")
WHO = {OURS: "evaluate.head", NO_PHOTO: "evaluate.mean_head", RIGID: "evaluate.canonical"}
LIMITS = np.linspace(0, 6, 61)
"""mm, of the plot of shares."""
LIKE = 0.02
"""Share by which two medians must differ to be told apart: less moves with the landmarks."""


def dress() -> None:
    """Brings the page's style sheet in."""
    st.html(f"<style>{files('facerecon.app.evaluate').joinpath('style.css').read_text('utf-8')}</style>")


def show_space(one: Subject, metrical: bool) -> None:
    """Shows the head in space, coloured by its distance from the scan, and the scan itself."""

    card, found = bench.scored(one), bench.heat(one, OURS, metrical)  # the caches are not for the viewer's thread

    def scenes(names: Sequence[str]) -> Mapping[str, Plotter]:
        from facerecon.drawing.scene import scene

        scanned = scan_in_head(card.truth.scan, card.judged[OURS, metrical])
        size = {"window_size": (heads.WIDTH, layout.PICTURE_HEIGHT)}
        make = {
            "away": lambda: scene(found.mesh, style="colours", colours=found.colours(), **size),
            "outwards": lambda: scene(found.mesh, style="colours", colours=found.colours(signed=True), **size),
            "scanned": lambda: scene(
                Mesh(scanned.points, scanned.triangles), style="colours", colours=scanned.colours, **size
            ),
            "clay": lambda: scene(found.mesh, style="clay", **size),
        }
        return {name: make[name]() for name in names}

    solid = one.head.cloud.triangles is not None and len(one.head.cloud.triangles) > 0
    views = [name for name in VIEWS if solid or name != "scanned"]
    digest = f"{bench.key_of(one)}/{metrical}/heat"
    heads.show_scenes("evaluate", digest, views, scenes, height=layout.PICTURE_HEIGHT)
    most = f"{MOST:g}"
    bars = colour_bar(t("evaluate.ramp_away"), ["0", f"{MOST / 2:g}", f"≥ {most} mm"], signed=False)
    bars += colour_bar(t("evaluate.ramp_outwards"), [f"−{most}", "0", f"+{most} mm"], signed=True)
    st.html(f'<div class="ramps">{bars}</div>')


def verdict(one: Subject, metrical: bool) -> None:
    """Says in a sentence whether the photo has told more than no photo would."""
    card = bench.scored(one)
    ratio = card.ratio(metrical)
    key = "alike" if abs(ratio - 1) < LIKE else "better" if ratio < 1 else "worse"
    median = two_digits(card.judged[OURS, metrical].statistics.median)
    st.markdown(t(f"evaluate.verdict_{key}", median=median, percent=f"{100 * abs(1 - ratio):.0f}"))


def numbers(one: Subject, metrical: bool) -> None:
    """Shows the head's own numbers."""
    judged = bench.scored(one).judged[OURS, metrical]
    found, scale = judged.statistics, 100 * (judged.score.alignment.scale - 1)
    entries = [
        (t("evaluate.median"), two_digits(found.median), "mm"),
        (t("evaluate.mean"), two_digits(found.mean), "mm"),
        (t("evaluate.std"), two_digits(found.std), "mm"),
        (t("evaluate.p90"), two_digits(found.p90), "mm"),
    ]
    if not metrical:
        entries.append((t("evaluate.resized"), f"{scale:+.1f}".replace("-", "−"), "%"))
    layout.numbers([*entries, (t("evaluate.points"), f"{found.count:,}", "")])


def sides(one: Subject, metrical: bool) -> None:
    """Shows all heads from three sides, in the same colours."""
    rows = []
    for name in TONES:
        median = two_digits(bench.scored(one).judged[name, metrical].statistics.median)
        label = escape(t(WHO[name]))
        pictures = "".join(f'<img src="{link}" alt="{label}">' for link in bench.flat(one, name, metrical))
        colour = TONES[name].on(layout.is_dark())
        told = f'<figcaption style="--key:{colour}">{label}<small>{median} mm</small></figcaption>'
        rows.append(f"<figure>{told}<div>{pictures}</div></figure>")
    st.html(f'<div class="heat-sides">{"".join(rows)}</div>')


def plots(one: Subject, metrical: bool) -> None:
    """Shows the shares of the scan by distance, and the medians by region."""
    dark, card = layout.is_dark(), bench.scored(one)
    curves = [Series(t(WHO[name]), bench.shares(one, name, metrical, LIMITS), tone) for name, tone in TONES.items()]
    bars = []
    for name, tone in TONES.items():
        medians = card.judged[name, metrical].region_medians
        bars.append(Series(t(WHO[name]), [medians.get(region, np.nan) for region in REGIONS], tone))
    left, right = st.columns(2, gap="large")
    with left:
        axes = {"x_title": t("evaluate.curve_x"), "y_title": t("evaluate.curve_y"), "dark": dark}
        layout.chart(cumulative_errors(curves, LIMITS, height=420, **axes), "evaluate_curve")
        layout.caption("evaluate.curve_about")
    with right:
        names = [t(f"evaluate.region_{region}") for region in REGIONS]
        layout.chart(region_bars(bars, names, x_title=t("evaluate.regions_x"), dark=dark, row=55), "evaluate_regions")
        layout.caption("evaluate.regions_about")


def table(one: Subject) -> None:
    """Shows all heads in both ways."""
    card, dark = bench.scored(one), layout.is_dark()
    columns = ("who", "median", "mean", "p90", "metrical_median", "metrical_mean", "metrical_p90", "angle")
    rows = []
    for name, tone in TONES.items():
        found = [card.judged[name, metrical].statistics for metrical in (False, True)]
        cells = [two_digits(value) for each in found for value in (each.median, each.mean, each.p90)]
        angle = card.judged[name, False].angle
        cells = [t(WHO[name]), *cells, "–" if angle is None else f"{angle:.0f}°"]
        rows.append((tone.on(dark), cells))
    layout.table([t(f"evaluate.column_{name}") if name != "who" else "" for name in columns], rows)
    layout.caption("evaluate.table_about")
