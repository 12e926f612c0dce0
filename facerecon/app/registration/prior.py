"""Prior against data: the same photos fitted with the prior at seven weights, from nearly none to nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, pictures, state
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, portrait
from facerecon.drawing.figures import Series
from facerecon.drawing.prior_figures import trade_off
from facerecon.drawing.theme import ACCENT, QUIET, STAGES
from facerecon.evaluation.vertices import vertex_errors
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep, fit_steps
from facerecon.morphable.pose import first_camera
from facerecon.samples import load_truth

WEIGHTS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
DEFAULT = FitSettings().prior_weight
TILE, SIDE = 220, 640
"""px of a head in the row, and of the large pictures."""
ALIKE = 0.03
"""Share by which an error may grow without being called one."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """A fit a weight."""

    steps: tuple[FitStep, ...]
    "the last of each fit"
    residual: np.ndarray
    "`(W,)` px, median over all landmarks of all photos"
    away: np.ndarray
    "`(W,)` standard deviations from the mean head, rms over the modes"
    error: np.ndarray | None
    "`(W,)` mm from the true shape, its size apart; None: nobody knows that"


def sweep(run: Run, head: FaceModel, truth: np.ndarray | None) -> Sweep:
    """Fits a run's landmarks anew with every weight of `WEIGHTS`.

    Args:
        run: its photos and landmarks are used.
        head: the model.
        truth: `(V, 3)` mm the true skin, in the model's order; None: not known.
    """
    result = run.reconstruction
    given = {
        "landmarks": result.landmarks,
        "cameras": [first_camera(photo) for photo in result.photos],
        "focal_known": [photo.focal_px is not None for photo in result.photos],
    }
    steps = []
    for weight in WEIGHTS:
        *_, last = fit_steps(head, **given, settings=replace(FitSettings(), prior_weight=weight))
        steps.append(last)
    away = np.array([np.sqrt(np.mean(step.identity**2)) if len(step.identity) else 0.0 for step in steps])
    error = None if truth is None else np.array([_error(head, step, truth) for step in steps])
    return Sweep(tuple(steps), np.array([step.residual_px for step in steps]), away, error)


def _error(head: FaceModel, step: FitStep, truth: np.ndarray) -> float:
    """Measures the mean distance of the face's vertices from where they truly are, mm."""
    skin = slice(0, len(truth))
    weights = head.face_region[skin]
    return float(
        np.average(vertex_errors(head.shape(step.identity)[skin], truth, weights, scale=True), weights=weights)
    )


def weigh(run: Run) -> None:
    """Shows what the weight of the prior makes of the visitor's face."""
    shop = cache.workshop()
    known = load_truth(state.session().sample) if state.session().sample else None
    truth = known.neutral if known is not None and len(known.neutral) == shop.parts.head.skin_vertices else None
    with st.spinner(t("prior.busy")):
        found = cache.picture((run.key, "prior"), lambda: sweep(run, shop.parts.head, truth))
    _play(run, found)


@st.fragment
def _play(run: Run, found: Sweep) -> None:
    """Shows one weight among all; only this part of the page runs again when the slider moves."""
    layout.caption("prior.about")
    chosen = st.select_slider(
        t("prior.control"), WEIGHTS, DEFAULT, format_func=lambda w: f"λ = {w:g}", key="prior_weight",
        persist_state="session",
    )  # fmt: skip
    at = WEIGHTS.index(chosen)
    _row(run, found, at)
    photo, plots = st.columns([7, 5], gap="large", vertical_alignment="center")
    with photo:
        image = cache.picture((run.key, "prior", at), lambda: _over(run, found.steps[at]))
        st.image(image, width="stretch", alt=t("strip.alt_fitting"))
        layout.caption(f"prior.{_verdict(found, at)}")
    with plots:
        series = [
            Series(t("prior.residual_axis"), found.residual, STAGES["landmarks"]),
            Series(t("prior.away_axis"), found.away, STAGES["fitting"]),
        ]
        if found.error is not None:
            series.append(Series(t("prior.error_axis"), found.error, ACCENT))
        marks = {"default": DEFAULT, "current": chosen, "default_text": t("prior.default")}
        figure = trade_off(series, WEIGHTS, x_title=t("prior.weight_axis"), dark=layout.is_dark(), **marks)
        layout.chart(figure, "prior_plot")
        layout.caption("prior.truth_known" if found.error is not None else "prior.truth_unknown")
    entries = [
        (t("registration.residual"), two_digits(float(found.residual[at])), "px"),
        (t("prior.away"), two_digits(float(found.away[at])), "σ"),
        (t("prior.farthest"), two_digits(float(np.abs(found.steps[at].identity).max(initial=0))), "σ"),
    ]
    if found.error is not None:
        entries.append((t("prior.error"), two_digits(float(found.error[at])), "mm"))
    layout.numbers(entries)


def _verdict(found: Sweep, at: int) -> str:
    """Says what a weight does: `over`, `under` or `balanced`, beside the default."""
    usual = WEIGHTS.index(DEFAULT)
    if at == usual or (found.error is not None and found.error[at] <= (1 + ALIKE) * found.error[usual]):
        return "balanced"
    return "over" if at < usual else "under"


def _row(run: Run, found: Sweep, at: int) -> None:
    """Shows the head of every weight, without expression."""
    head = cache.workshop().parts.head

    def tile(number: int) -> str:
        vertices = head.shape(found.steps[number].identity)
        return data_uri(portrait(head.mesh(vertices), TILE, "clay"))

    entries = []
    for number, weight in enumerate(WEIGHTS):
        link = cache.picture((run.key, "prior_tile", number), lambda n=number: tile(n))
        colour = ACCENT.on(layout.is_dark()) if number == at else QUIET.on(layout.is_dark()) + "44"
        told = t("prior.tile_default", weight=f"{weight:g}") if weight == DEFAULT else f"λ = {weight:g}"
        entries.append((colour, link, told, told))
    layout.small_pictures(entries)


def _over(run: Run, step: FitStep) -> np.ndarray:
    """Draws the head of a weight over the first photo, with what is left between its points and the landmarks."""
    result = run.reconstruction
    head = cache.workshop().parts.head
    mesh = head.mesh(head.shape(step.identity, step.views[0].expression))
    cut = pictures.face_picture(result, 0, SIDE)
    return pictures.fit_step_picture(cut, mesh, step, 0, result.landmarks[0].points, np.zeros(0, int))
