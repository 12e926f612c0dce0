"""The Detection page's controls: which detector, its two thresholds, how large a photo it sees, and the head's one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from facerecon.app import layout, messages, state
from facerecon.app.detection import bench
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS

ALL = "all"
BARS = tuple(percent / 100 for percent in range(5, 100))
"""Where the sliders can stand."""
PERCENTS = (100, 75, 50, 35, 25, 18, 12, 9, 6, 4, 3, 2)


def choose() -> list[str]:
    """Lets the visitor choose one detector or all; the one that the head is built from comes first."""
    chosen = st.pills(
        t("detection.detector"),
        [*DETECTORS, ALL],
        default=bench.head_detector(),
        required=True,
        format_func=lambda name: t("detection.all") if name == ALL else bench.label(name),
        key="detector",
        persist_state="session",
    )
    return list(DETECTORS) if chosen == ALL else [chosen]


def bar(what: str, names: Sequence[str]) -> dict[str, float]:
    """Shows a slider for `threshold` or `overlap`, and gives where it stands for each detector.

    One detector's slider starts where that detector has it; that of all starts with each at its own.
    """
    own = {name: round(float(getattr(bench.kind(name), what)), 2) for name in names}
    alone = len(names) == 1
    value = st.select_slider(
        t(f"detection.{what}"),
        BARS if alone else (None, *BARS),
        own[names[0]] if alone else None,
        format_func=lambda bar: t("detection.own") if bar is None else f"{bar:.2f}",
        key=f"{what}_{names[0] if alone else ALL}",
        persist_state="session",
    )
    return own if value is None else dict.fromkeys(names, value)


def shrink() -> int:
    """Lets the visitor shrink the photo before a network looks at it; gives percent."""
    return st.select_slider(
        t("detection.control"), PERCENTS, format_func=lambda share: f"{share} %", key="shrink", persist_state="session"
    )


def look_at(photo: Photo, names: Sequence[str]) -> dict[str, bench.Look]:
    """Gives what detectors see in a picture; networks that must be run for it are run one by one, visibly.

    A detector that is not on this computer, or fails, is left out; the others go on.
    """
    seen = {name: bench.known_look(photo, name) for name in names}
    waiting = [name for name, known in seen.items() if known is None and bench.is_here(name)]
    shown = st.empty()
    for done, name in enumerate(waiting):
        if len(waiting) > 1:
            shown.progress(done / len(waiting), t("detection.running", name=bench.label(name)))
        try:
            seen[name] = bench.look(photo, name)
        except FaceReconError as error:
            messages.show_error(error)
    shown.empty()
    return {name: one for name, one in seen.items() if one}


def head_choice(name: str, found: bool) -> None:
    """Tells whether the head is built from this detector's box, and lets it be; one that sees no face cannot serve."""
    label = bench.label(name)
    if name == bench.head_detector():
        layout.caption("detection.serves", name=label)
    elif st.button(t("detection.use", name=label), icon=":material/face:", key="use_detector", disabled=not found):
        state.use_detector(name)
        st.rerun()  # of the whole page, also from a part of it that runs alone
