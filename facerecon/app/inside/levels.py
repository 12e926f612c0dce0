"""Which level of the pyramid sees a face of which size, its anchors, and where a detector's loss comes from."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.inside import views
from facerecon.app.inside.views import SIDE, SIZES, Subject
from facerecon.app.numbers import two_digits
from facerecon.app.pointer import Outline, Picture, Pointed, pointer
from facerecon.app.texts import t
from facerecon.detection.anatomy import HARDEST, LEVELS, Answers, anchor_losses, loss_groups, shares
from facerecon.detection.anchors import BACKGROUND, IGNORED, SIDES, assign
from facerecon.drawing.anchors import LEVELS as TONES
from facerecon.drawing.anchors import level_curves, loss_curves, share_bars
from facerecon.drawing.feature_maps import score_picture
from facerecon.drawing.theme import STAGES
from facerecon.geometry.boxes import iou
from facerecon.networks.retinaface import STRIDES

GRID = (SIDE // STRIDES[0],) * 2
"""Places that can be picked: the cells of P3."""
BEST = 3
"""Anchors that are drawn as the best matching ones."""
FACE, BEST_COLOUR = STAGES["detection"].dark, STAGES["mesh"].dark
"""Colours of the true face, and of the best matching anchors."""


@st.fragment
def levels(subject: Subject) -> None:
    """Shows the levels, the anchors and the loss of one size of the face; only this part runs again at a slider."""
    st.subheader(t("inside.levels"), anchor=False)
    layout.caption("inside.levels_lead")
    face = st.select_slider(
        t("inside.size"),
        SIZES,
        value=subject.first_size,
        format_func=lambda size: f"{size} px",
        key="inside_face",
        persist_state="session",
    )
    said = views.answers(subject, face)
    boxes = subject.boxes(views.scaled_view(subject, face))
    _levels(subject, face, said, boxes[subject.chosen])
    assigned = cache.picture((subject.key, "inside", "assigned", face), lambda: assign(said.anchors, boxes))
    _anchors(subject, face, said, boxes[subject.chosen], assigned)
    _losses(said, assigned)


def _levels(subject: Subject, face: int, said: Answers, box: np.ndarray) -> None:
    """Shows the scores of each level over the view, and the best of them by the size of the face."""
    peaks = views.peaks(subject)
    now = peaks[SIZES.index(face)]
    middle = (box[:2] + box[2:]) / 2
    view = views.shown_scaled(subject, face)
    side_by_side = st.container(horizontal=True, wrap=False, gap="small")
    for index, name in enumerate(LEVELS):
        tone = TONES[name]
        key = (subject.key, "inside", "scores", face, name)
        picture = cache.picture(key, lambda i=index, c=tone: Picture.jpeg(score_picture(view, said.score_map(i), c)))
        sides = [Outline((*(middle - side / 2), *(middle + side / 2)), tone.dark, dashed=True) for side in SIDES[index]]
        with side_by_side.container():
            label = t("inside.level_label", level=name.upper())
            pointer(f"inside_{name}", picture, label, clickable=False, outlines=lambda _, s=sides: s)
            layout.caption("inside.level_caption", level=name.upper(), score=f"{now[index]:.2f}")
    layout.caption("inside.level_note")
    axes = {"x_title": t("inside.size_axis"), "y_title": t("inside.score_axis")}
    layout.chart(level_curves(SIZES, peaks, face, dark=layout.is_dark(), **axes), "inside_levels")


@st.fragment
def _anchors(subject: Subject, face: int, said: Answers, box: np.ndarray, assigned: np.ndarray) -> None:
    """Shows the anchors of a place that can be picked, and those that match the face best."""
    st.subheader(t("inside.anchors"), anchor=False)
    layout.caption("inside.anchors_lead", count=f"{len(said.anchors):,}", each=len(SIDES[0]))
    overlap = iou(said.anchors, box[None])[:, 0]
    best = np.argsort(-overlap, kind="stable")[:BEST]
    left, right = st.columns([7, 5], gap="large", vertical_alignment="center")
    with left:
        key = (subject.key, "inside", "plain", face)
        picture = cache.picture(key, lambda: Picture.jpeg(views.shown_scaled(subject, face)))
        spot = pointer(
            f"inside_anchors_{subject.key}",
            picture,
            t("inside.anchors_label"),
            grid=GRID,
            at=tuple(((box[:2] + box[2:] + 1) / 2 // STRIDES[0]).astype(int).tolist()),
            version=str(face),
            outlines=lambda spot: _outlines(said, box, best, _rows(said, spot)),
        )
        layout.legend(
            [(FACE, t("inside.face")), (BEST_COLOUR, t("inside.best", count=BEST))]
            + [(tone.dark, t("inside.anchors_of", level=name.upper())) for name, tone in TONES.items()]
        )
    with right:
        rows = _rows(said, spot)
        table = [(t("inside.anchor"), t("inside.overlap"), t("inside.score"), t("inside.role"))]
        table += [_described(said, overlap, assigned, int(row)) for row in rows]
        first, *others = _described(said, overlap, assigned, int(best[0]))
        table.append((t("inside.best_one", anchor=first), *others))
        layout.definitions(table)
    counts = [("faces", assigned >= 0), ("background", assigned == BACKGROUND), ("ignored", assigned == IGNORED)]
    layout.numbers([(t(f"inside.count_{name}"), f"{int(rows.sum()):,}", "") for name, rows in counts])


def _rows(said: Answers, spot: Pointed) -> np.ndarray:
    """Finds the anchors of the place that was picked."""
    return said.at(*((np.array([spot.column, spot.row]) + 0.5) * STRIDES[0] - 0.5))


def _outlines(said: Answers, box: np.ndarray, best: np.ndarray, rows: np.ndarray) -> list[Outline]:
    """Draws the anchors of a place, the best matching ones, and the face."""
    drawn = [Outline(tuple(said.anchors[row]), TONES[said.level(row)].dark, dashed=True) for row in rows]
    drawn += [Outline(tuple(said.anchors[row]), BEST_COLOUR) for row in best]
    return [*drawn, Outline(tuple(box), FACE)]


def _described(said: Answers, overlap: np.ndarray, assigned: np.ndarray, row: int) -> tuple[str, str, str, str]:
    """Describes an anchor: its level and side, its overlap with the face, its score, and what it has to answer."""
    x0, _, x1, _ = said.anchors[row]
    role = "faces" if assigned[row] >= 0 else "ignored" if assigned[row] == IGNORED else "background"
    name = f"{said.level(row).upper()} · {x1 - x0:.0f} px"
    return name, f"{overlap[row]:.2f}", f"{said.scores[row]:.3f}", t(f"inside.{role}")


@st.fragment
def _losses(said: Answers, assigned: np.ndarray) -> None:
    """Shows where cross-entropy and focal loss come from, with the focal loss's two parameters."""
    st.subheader(t("inside.losses"), anchor=False)
    layout.caption("inside.losses_lead")
    left, right = st.columns(2, gap="large")
    with left:
        gamma = st.slider(t("inside.gamma"), 0.0, 5.0, 2.0, 0.25, key="inside_gamma", persist_state="session")
    with right:
        alpha = st.slider(t("inside.alpha"), 0.05, 0.95, 0.25, 0.05, key="inside_alpha", persist_state="session")
    groups = loss_groups(said.logits, assigned)
    masks = list(groups.values())
    cross_entropy, focal = anchor_losses(said.logits, assigned, gamma, alpha)
    names = t("inside.cross_entropy"), t("inside.focal_loss")
    labels = {kind: t(f"inside.kind_{kind}") for kind in groups}
    right_answers = np.where(assigned >= 0, said.scores, 1 - said.scores)
    with left:
        answers = {kind: right_answers[mask] for kind, mask in groups.items()}
        axes = {"x_title": t("inside.truth_axis"), "y_title": t("inside.loss_axis")}
        figure = loss_curves(gamma, alpha, answers, names=names, labels=labels, dark=layout.is_dark(), **axes)
        layout.chart(figure, "inside_loss")
    with right:
        rows = {t("inside.count"): shares(np.ones(len(assigned)), masks)}
        rows |= {name: shares(loss, masks) for name, loss in zip(names, (cross_entropy, focal), strict=True)}
        layout.chart(share_bars(rows, labels=labels, dark=layout.is_dark()), "inside_shares")
        layout.caption("inside.shares_note", share=round(100 * HARDEST))
    totals = [(name, *_total(loss, assigned)) for name, loss in zip(names, (cross_entropy, focal), strict=True)]
    layout.numbers(totals)


def _total(loss: np.ndarray, assigned: np.ndarray) -> tuple[str, str]:
    """Gives a loss as training counts it: the sum over all anchors, by the number of those with a face."""
    return two_digits(float(loss.sum()) / max(int((assigned >= 0).sum()), 1)), t("inside.per_face")
