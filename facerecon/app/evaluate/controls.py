"""The page's one decisive control, and what must be said beside the numbers."""

from __future__ import annotations

import streamlit as st

from facerecon.app import cache, layout, state
from facerecon.app.evaluate import bench, picker
from facerecon.app.evaluate.subject import Subject, by_hand
from facerecon.app.numbers import size, two_digits
from facerecon.app.texts import t
from facerecon.scorecard.report import Origin, report_html

SHAPE, SIZE = "shape", "size"


def choose_size() -> bool:
    """Lets the visitor choose whether the head keeps its size; tells whether it does."""
    chosen = st.segmented_control(
        t("evaluate.control"),
        (SHAPE, SIZE),
        default=SHAPE,
        required=True,
        format_func=lambda way: t(f"evaluate.way_{way}"),
        key="evaluate_way",
        persist_state="session",
    )
    layout.caption(f"evaluate.about_{chosen}")
    return chosen == SIZE


def say_whose(one: Subject) -> None:
    """Says whose head and whose scan these are."""
    if one.stand_in:
        layout.caption("evaluate.whose_stand_in")
    elif not one.scans:
        layout.caption("evaluate.whose_sample")
    else:
        layout.caption("evaluate.whose_own", name=one.scan.name, count=len(one.photos))
        if one.scans > 1:
            layout.caption("evaluate.whose_first", count=one.scans)


def say_scale(one: Subject) -> None:
    """Says where the millimetres of the scan and of the head come from."""
    unit = t(f"scan.unit_{one.head.unit}") if one.head.unit != "?" else "?"
    key = "unit_unknown" if one.head.unit == "?" else "unit_given" if one.scan.unit else "unit_guessed"
    error = two_digits(100 * one.fit.scale.relative_error)
    told = (
        t(f"evaluate.{key}", unit=unit),
        t(f"scale.{one.fit.scale.source}"),
        t("evaluate.scale_error", percent=error),
    )
    layout.note((" " if state.language() == "en" else "").join(told))


def offer_report(one: Subject) -> None:
    """Offers the report as a file, in the language that the visitor reads; it is written when it is asked for."""
    language = state.language()
    content = cache.picture((bench.key_of(one), "report", language), lambda: _report(one, language))
    st.download_button(
        f"{t('evaluate.report')} · {' '.join(size(len(content)))}",
        content,
        "evaluation.html",
        "text/html",
        icon=":material/download:",
        on_click="ignore",
        key="evaluate_report",
    )
    layout.caption("evaluate.report_about")


def _report(one: Subject, language: str) -> bytes:
    unit_told = "unknown" if one.head.unit == "?" else "given" if one.scan.unit else "guessed"
    origin = Origin(
        scan=one.scan.name,
        head=", ".join(photo.name for photo in one.photos),
        unit=one.head.unit,
        unit_told=unit_told,
        landmarks="hand" if by_hand(one.scan) else "moved" if picker.scored_marks(one) else "found",
        scale_source=one.fit.scale.source,
        scale_error=one.fit.scale.relative_error,
        model=cache.workshop().parts.head.name,
        photos=len(one.photos),
    )
    return report_html(bench.scored(one), origin, language).encode()
