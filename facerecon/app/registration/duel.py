"""Two ways to register the same clouds, side by side: what is put in their way, how they end, and what broke them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from facerecon.app import layout, messages
from facerecon.app.numbers import duration, two_digits
from facerecon.app.registration import bench, controls, display, stage
from facerecon.app.registration.film import Film
from facerecon.app.registration.subject import Subject
from facerecon.app.registration.take import Take
from facerecon.app.registration.verdict import verdict
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.drawing.figures import error_curve
from facerecon.drawing.theme import ACCENT, STAGES
from facerecon.evaluation.cloud_pairs import Disturbance

FRAME, CURVE = "duel", "duel_curve"
TONES = (STAGES["fitting"], ACCENT)
"""As `figures.error_curve` gives them."""


def duel(one: Subject) -> list[str]:
    """Shows two contenders on one pair of clouds; gives whose code that is."""
    names = controls.choose_sides()
    place = st.container()
    disturbed = controls.disturb()
    try:
        with place, st.spinner(t("clouds.busy"), show_time=True):
            takes = [bench.run_of(one, disturbed, name) for name in names]
            shown = bench.film_of(one, disturbed, names)
    except FaceReconError as error:
        messages.show_error(error)
        return names
    with place:
        _play(shown)
        _verdicts(names, takes, disturbed)
    _curves(names, takes, shown)
    _table(names, takes)
    layout.note(display.unit_note(one))
    return names


@st.fragment
def _play(shown: Film) -> None:
    """Shows the film; nothing else of the page depends on where it stands."""
    stage.show_film(FRAME, shown, 2)
    display.ramp()


def _verdicts(names: Sequence[str], takes: Sequence[Take], disturbed: Disturbance) -> None:
    """Says how each ended, and why."""
    for column, name, made, tone in zip(st.columns(2, gap="medium"), names, takes, TONES, strict=True):
        judged = verdict(made, disturbed)
        colour = tone.on(layout.is_dark())
        title = t("clouds.right" if judged.right else "clouds.wrong", name=bench.label(name))
        sentence = t(f"verdict.{judged.key}", **judged.values)
        with column:
            st.html(
                f'<div class="verdict"><p class="eyebrow" style="color:{colour}">{escape(title)}</p>'
                f'<p class="quiet">{escape(sentence)}</p></div>'
            )


def _curves(names: Sequence[str], takes: Sequence[Take], shown: Film) -> None:
    """Shows how far both are from the truth, step by step."""
    labels = [f"{bench.label(name)}{' ' * place}" for place, name in enumerate(names)]  # of one name, both are shown
    curves = {label: made.astray for label, made in zip(labels, takes, strict=True)}
    axes = {"x_title": t("registration.curve_x"), "y_title": t("clouds.true_y")}
    figure = error_curve(curves, logarithmic=True, dark=layout.is_dark(), **axes)

    def jump() -> None:
        step = display.clicked(CURVE)
        if step is not None:
            stage.jump(FRAME, shown, step)

    st.subheader(t("clouds.truth"), anchor=False)
    layout.caption("clouds.truth_lead")
    layout.chart(figure, CURVE, on_click=jump)


def _table(names: Sequence[str], takes: Sequence[Take]) -> None:
    """Shows what both cost, and what they are worth."""
    columns = ("contender", "steps", "step_time", "residual", "claim", "turn_off", "shift_off")
    rows = []
    for name, made, tone in zip(names, takes, TONES, strict=True):
        cells = [
            bench.label(name),
            str(len(made) - 1),
            " ".join(duration(made.milliseconds)),
            f"{two_digits(float(made.error[-1]))} mm",
            "–" if made.claim is None else f"± {two_digits(made.claim[0])}°, ± {two_digits(made.claim[1])} mm",
            f"{two_digits(float(made.turned[-1]))}°",
            f"{two_digits(float(made.shifted[-1]))} mm",
        ]
        rows.append((tone.on(layout.is_dark()), cells))
    layout.table([t(f"clouds.{column}") for column in columns], rows)
    layout.caption("clouds.claim_note")
