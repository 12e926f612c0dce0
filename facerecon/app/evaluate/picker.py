"""The seven landmarks on a picture of the scan: found by themselves, and to be dragged where they are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, state
from facerecon.app.evaluate.subject import Subject, by_hand, missing
from facerecon.app.pointer import Handle, Move, Picture, pointer
from facerecon.app.texts import t
from facerecon.drawing.scan_view import ScanScene, ScanView
from facerecon.drawing.theme import REGIONS
from facerecon.evaluation.protocol import SEVEN
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, apply, invert

SIDE, EXTENT = 640, 190.0
"""px of the picture, and the mm that it shows."""
MIDDLE = np.array([0.0, -35.0, -20.0])
"""mm, head frame: what is in the middle."""
REACH = 8.0
"""px: how near the scan must be to where a landmark is put."""
Marks = Mapping[int, tuple[float, float]]
PARTS = ("eye", "eye", "eye", "eye", "nose", "mouth", "mouth")


def marks(one: Subject) -> Marks:
    """Gives which of the seven were moved, and where to, px of the picture."""
    return state.session().scan_marks.get(one.scan.digest, {})


def scored_marks(one: Subject) -> Marks:
    """Gives the same as it was when the heads were scored."""
    return state.session().scored_marks.get(one.scan.digest, {})


def view_of(one: Subject) -> ScanView:
    """Looks at the scan from the front of its face."""

    def look() -> ScanView:
        scan_from_head = invert(one.head.head_from_cloud)
        rotation = CAMERA_FROM_FRONTAL @ one.head.head_from_cloud[:3, :3]
        rotation = rotation / np.cbrt(np.linalg.det(rotation))
        centre = apply(scan_from_head, MIDDLE[None])[0]
        return ScanScene(one.head.cloud).view(rotation, centre, EXTENT, SIDE)

    return cache.picture((one.scan.digest, one.scan.unit, "front"), look)


def points_of(one: Subject, moved: Marks) -> dict[int, np.ndarray]:
    """Gives where on the scan moved landmarks lie: which of the seven → `(3,)` mm; without those beside the scan."""
    if not moved:
        return {}
    points = view_of(one).points_at(np.array(list(moved.values())), REACH)
    return {number: point for number, point in zip(moved, points, strict=True) if np.isfinite(point).all()}


@st.fragment
def pick(one: Subject, landmarks68: np.ndarray) -> None:
    """Shows the scan with its seven landmarks as handles; only this part of the page runs again while they move.

    Args:
        one: whose scan.
        landmarks68: `(68, 3)` mm, as they were scored.
    """
    picture, beside = st.columns([7, 5], gap="large", vertical_alignment="center")
    with picture:
        shown = cache.picture((one.scan.digest, one.scan.unit, "front_jpeg"), lambda: Picture.jpeg(view_of(one).image))
        pixels = dict(enumerate(_pixels(one, landmarks68))) | dict(marks(one))
        if not marks(one) and scored_marks(one):
            pixels = dict(enumerate(_pixels(one, one.head.landmarks68)))
        handles = [
            Handle(tuple(pixels[number]), REGIONS[part].dark, t(f"evaluate.mark_{number}"))
            for number, part in enumerate(PARTS)
        ]
        label, put = t("evaluate.marks_alt"), _mover(one)
        about = {"clickable": False, "handles": handles, "on_move": put, "version": one.scan.digest}
        pointer("evaluate_marks", shown, label, **about)
    with beside:
        _say(one)


def _pixels(one: Subject, landmarks68: np.ndarray) -> list[tuple[float, float]]:
    """Gives where the seven fall in the picture; in its middle what is not known."""
    places = apply(invert(view_of(one).scan_from_view), landmarks68[list(SEVEN)])[:, :2]
    return [(float(x), float(y)) for x, y in np.nan_to_num(places, nan=SIDE / 2)]


def _say(one: Subject) -> None:
    """Tells where the landmarks come from, and offers to score anew or to go back."""
    moved, holes = marks(one), missing(one.head)
    layout.caption("evaluate.marks_about")
    if holes:
        layout.caption("evaluate.marks_holes", count=holes)
    unmoved = "evaluate.marks_found" if by_hand(one.scan) is None else "evaluate.marks_hand"
    layout.caption("evaluate.marks_moved" if moved else unmoved, count=len(moved))
    off = len(moved) - len(points_of(one, moved))
    if off:
        layout.caption("evaluate.marks_off", count=off)
    with st.container(horizontal=True, gap="small"):
        reset = {"icon": ":material/restart_alt:", "disabled": not moved, "on_click": _reset, "args": (one,)}
        st.button(t("evaluate.marks_reset"), key="evaluate_marks_reset", **reset)
        same = dict(moved) == dict(scored_marks(one))
        if st.button(t("evaluate.marks_score"), type="primary", disabled=same, key="evaluate_marks_score"):
            state.session().scored_marks[one.scan.digest] = dict(moved)
            st.rerun()  # of the whole page: it scores anew


def _mover(one: Subject) -> Callable[[Sequence[Move]], None]:
    """Gives what takes in moves of handles."""

    def put(moves: Sequence[Move]) -> None:
        changed = dict(marks(one))
        changed |= {move.handle: (round(move.at[0], 1), round(move.at[1], 1)) for move in moves}
        state.session().scan_marks[one.scan.digest] = changed

    return put


def _reset(one: Subject) -> None:
    state.session().scan_marks.pop(one.scan.digest, None)
