"""How far landmarks lie from the truth, on rendered heads whose every point is known."""

from __future__ import annotations

import streamlit as st

from facerecon.app import layout
from facerecon.app.measured import measured
from facerecon.app.numbers import duration
from facerecon.app.texts import t
from facerecon.drawing.figures import Series, by_class, cumulative_errors
from facerecon.drawing.theme import DETECTORS, STAGES
from facerecon.landmarks import LANDMARKERS

COMMON = "ibug68"
"""The scheme in which landmarkers are compared."""
TONES = dict(zip(LANDMARKERS, (STAGES["landmarks"], DETECTORS["mediapipe"]), strict=False))


def accuracy() -> None:
    """Shows which share of faces each landmarker finds how well, and how that falls as the head turns."""
    told = measured("landmarks")
    rows = {name: row for name, row in told["landmarkers"].items() if name in TONES}
    scores = {name: row["schemes"][COMMON]["corrected"] for name, row in rows.items()}
    labels = {name: f"{t(f'landmarker.{name}')}, {' '.join(duration(row['ms']))}" for name, row in rows.items()}
    st.subheader(t("landmarks.measured"), anchor=False)
    layout.caption("landmarks.measured_lead")
    share = {"y_title": t("landmarks.share_axis"), "dark": layout.is_dark()}
    by_error, by_yaw = st.columns(2, gap="large")
    with by_error:
        curves = [Series(labels[name], one["curve"], TONES[name]) for name, one in scores.items()]
        limits = [100 * limit for limit in told["curve_limits"]]
        layout.chart(cumulative_errors(curves, limits, x_title=t("landmarks.error_axis"), **share), "errors")
    with by_yaw:
        bins = next(iter(scores.values()))["by_yaw"]
        found = [
            Series(labels[name], [1 - group["failure_rate"] for group in one["by_yaw"]], TONES[name])
            for name, one in scores.items()
        ]
        names = [f"{group['from']}–{group['to']}°" for group in bins]
        share["y_title"] = t("landmarks.found_axis", percent=round(100 * told["failure"]))
        layout.chart(by_class(found, names, x_title=t("landmarks.yaw_axis"), **share), "errors_by_yaw")
    layout.caption("landmarks.measured_how", heads=told["heads"], date=told["date"])
