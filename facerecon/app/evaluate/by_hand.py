"""Where no face is found on a scan: the visitor turns it to its front and puts the seven landmarks by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, messages, state
from facerecon.app.evaluate.picker import PARTS, REACH, SIDE
from facerecon.app.evaluate.subject import named
from facerecon.app.pointer import Handle, Move, Picture, pointer
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.drawing.scan_view import ScanScene, ScanView
from facerecon.drawing.theme import REGIONS
from facerecon.evaluation.protocol import SEVEN
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, rotation_from_euler
from facerecon.morphable.face_model import FaceModel
from facerecon.scanning.heads import head_from_landmarks
from facerecon.scans.scan import Scan
from facerecon.scorecard.landmarks import seven_alone

TURNS = ("yaw", "pitch", "roll")
FRONT = 0.55
"""Of the picture's side: how wide the landmarks lie at first."""


@st.fragment
def place(scan: Scan) -> None:
    """Shows the scan from a side that can be chosen, with seven landmarks to put in their places."""
    layout.caption("evaluate.hand_about")
    turns = [
        column.slider(t(f"evaluate.hand_{name}"), -180, 180, 0, 15, "%d°", key=f"hand_{name}")
        for column, name in zip(st.columns(len(TURNS), gap="medium"), TURNS, strict=True)
    ]
    view = cache.picture((scan.digest, "hand", *turns), lambda: _view(scan, np.array(turns, float)))
    version = f"{scan.digest}/{turns}"
    marks = state.session().hand_marks.get(version) or _first(cache.workshop().parts.head)
    shown = cache.picture((scan.digest, "hand_jpeg", *turns), lambda: Picture.jpeg(view.image))
    handles = [
        Handle(marks[number], REGIONS[part].dark, t(f"evaluate.mark_{number}")) for number, part in enumerate(PARTS)
    ]
    about = {"clickable": False, "handles": handles, "on_move": _mover(version, marks), "version": version}
    pointer("evaluate_hand", shown, t("evaluate.marks_alt"), **about)
    points = view.points_at(np.array([marks[number] for number in range(len(SEVEN))]), REACH)
    off = int((~np.isfinite(points).all(axis=1)).sum())
    if off:
        layout.caption("evaluate.hand_off", count=off)
    if st.button(t("evaluate.hand_use"), type="primary", disabled=off > 0, key="hand_use"):
        _use(scan, points)


def _view(scan: Scan, degrees: np.ndarray) -> ScanView:
    scene = ScanScene(scan.cloud)
    return scene.view(CAMERA_FROM_FRONTAL @ rotation_from_euler(*np.radians(degrees)), *scene.middle, SIDE)


def _first(head: FaceModel) -> dict[int, tuple[float, float]]:
    """Lays the seven landmarks in the middle of the picture, as they lie on the mean head."""
    points = head.landmarks("ibug68").on(head.mean, head.triangles)[list(SEVEN), :2] * [1, -1]
    points = points - (points.min(axis=0) + points.max(axis=0)) / 2
    points = points * (FRONT * SIDE / np.ptp(points, axis=0).max() / 2) + SIDE / 2
    return {number: (float(x), float(y)) for number, (x, y) in enumerate(points)}


def _mover(version: str, marks: dict[int, tuple[float, float]]) -> Callable[[Sequence[Move]], None]:
    def put(moves: Sequence[Move]) -> None:
        state.session().hand_marks[version] = marks | {move.handle: move.at for move in moves}

    return put


def _use(scan: Scan, points: np.ndarray) -> None:
    """Lays the scan out by the seven points, and draws the whole page again; where they are no face's, says so."""
    try:
        marks, pose = seven_alone(points, cache.workshop().parts.head)
        state.session().hand_heads[named(scan)] = head_from_landmarks(scan, marks, pose)
    except FaceReconError as error:
        messages.show_error(error)
    else:
        st.rerun()
