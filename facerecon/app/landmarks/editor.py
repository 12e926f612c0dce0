"""Moving landmarks by hand: handles on the photo, and the head that is fitted again while they move."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, progress, state
from facerecon.app.landmarks import pictures
from facerecon.app.landmarks.controls import ALL
from facerecon.app.landmarks.pictures import lines_of
from facerecon.app.landmarks.subject import PARTS, Subject, groups_of, part_of
from facerecon.app.numbers import duration
from facerecon.app.pointer import Handle, Move, Picture, Stroke, pointer
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.core.types import Mesh, Photo, View
from facerecon.drawing.crops import Crop
from facerecon.drawing.theme import STAGES, region_tone
from facerecon.landmarks.schemes import convert, scheme
from facerecon.morphable.fitting import FitSettings, FitStep, as_fit, fit_steps
from facerecon.morphable.pose import first_camera

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MOST_HANDLES = 70
"""More could not be told apart: all of 478 points are then moved by the 68 among them."""
COARSE = "ibug68"
STEPS = 4
"""Of the fit, from where it was: half of the points are then within 0.05 px of where all steps would bring them."""
BESIDE = 400
"""px of the picture of the head, which is drawn anew at every move."""
AIR = (0.3, 0.12)
"""Around the whole face, and around a part of it, as a share of its extent."""
SHADE = "#0c0e1266"
"""Under the outline, so that it is seen on skin and on snow."""


def move(subject: Subject, name: str, part: str, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Shows the points as handles and, beside them, the head that follows."""
    rows = {row for group in groups_of(name, part if part in PARTS else None).values() for row in group}
    if part == ALL and scheme(name).count > MOST_HANDLES:
        name = COARSE
    indices = sorted(rows) if part in PARTS else list(range(scheme(name).count))
    around = convert(subject.correction.found, name).points[indices]
    begin = time.perf_counter()
    mesh, view = _head(subject)
    taken = (time.perf_counter() - begin) * 1000
    place, sides = f"{subject.found_digest}/{name}/{part}", (pictures.SIDE, BESIDE)
    air = AIR[part in PARTS]
    cut, small = cache.picture(place, lambda: [pictures.cut_around(subject.photo, around, side, air) for side in sides])
    layer = pictures.head_layer(small, mesh, view)
    with picture:
        photo = cache.picture((place, "photo"), lambda: Picture.jpeg(cut.image))
        strokes, handles = _drawn(subject, name, indices, cut, pictures.outline_of(small, layer))
        put = _mover(subject, name, indices, cut)
        more = {"strokes": strokes, "handles": handles, "on_move": put, "version": place}
        pointer("landmarks_move", photo, t("landmarks.alt_move"), clickable=False, **more)
        layout.caption("landmarks.move_caption")
    with beside:
        # As part of the page: under a link, it could be gone before the browser asks for it.
        link, alt = data_uri(pictures.over(small.image, layer)), escape(t("strip.alt_fitting"), quote=True)
        st.html(f'<img class="following" src="{link}" alt="{alt}">')
        held = len(subject.correction.held)
        number, unit = duration(taken)
        layout.caption("landmarks.refitted" if held else "landmarks.unmoved", count=held, time=f"{number} {unit}")
        _steps(subject)


def _head(subject: Subject) -> tuple[Mesh, View]:
    """Gives the head for the landmarks as they are: the run's own where nothing was moved since."""
    result = subject.run.reconstruction
    head = cache.workshop().parts.head
    fit = result.fit
    if not np.array_equal(subject.marks.points, result.landmarks[subject.number].points):
        fit = as_fit(head, _refitted(subject))
    view = fit.views[subject.number]
    return head.mesh(head.shape(fit.identity, view.expression)), view


def _refitted(subject: Subject) -> FitStep:
    """Fits the head to the landmarks of all photos as they are now, going on from the run's own fit."""
    result = subject.run.reconstruction
    marks = [Subject(subject.run, number).marks for number in range(len(result.photos))]
    last = [step.value for step in subject.run.of("fitting") if isinstance(step.value, FitStep)][-1]
    *_, step = fit_steps(
        cache.workshop().parts.head,
        marks,
        [first_camera(photo) for photo in result.photos],
        focal_known=[photo.focal_px is not None for photo in result.photos],
        settings=replace(FitSettings(), iterations=STEPS),
        start=last,
    )
    return step


def _drawn(
    subject: Subject, name: str, indices: Sequence[int], cut: Crop, outline: list[np.ndarray]
) -> tuple[list[Stroke], list[Handle]]:
    """Gives what lies over the photo: all landmarks, lines, the head's outline; and a scheme's points as handles."""
    points = cut.to_crop(convert(subject.marks, name).points)
    groups = {group: rows for group, rows in scheme(name).groups.items() if set(rows) & set(indices)}
    colours = dict.fromkeys(indices, STAGES["landmarks"].dark)
    colours |= {row: region_tone(group).dark for group, rows in groups.items() for row in rows}
    head = [cut.to_crop(curve) for curve in outline]
    strokes = [
        Stroke(cut.to_crop(subject.marks.points)[:, None], STAGES["landmarks"].dark, 2.5),
        *(Stroke(points[pairs], region_tone(group).dark, 1.5) for group, pairs in lines_of(name, groups).items()),
        Stroke(head, SHADE, 5, closed=True),
        Stroke(head, STAGES["fitting"].dark, 2.5, closed=True),
    ]
    labels = [f"{t(f'landmarks.part_{part_of(name, index)}')} {index + 1}" for index in indices]
    places = points[list(indices)].tolist()
    return strokes, [
        Handle((x, y), colours[index], label) for index, (x, y), label in zip(indices, places, labels, strict=True)
    ]


def _mover(subject: Subject, name: str, indices: Sequence[int], cut: Crop) -> Callable[[Sequence[Move]], None]:
    """Gives what takes in moves of handles, in px of the crop."""

    def put(moves: Sequence[Move]) -> None:
        correction = subject.correction
        for one in moves:
            (place,) = cut.to_photo(np.array([one.at]))
            correction = correction.moved(name, indices[one.handle], place, hand=(one.handle, one.pull))
        state.correct(subject.photo, correction)

    return put


def _steps(subject: Subject) -> None:
    """Offers to take steps back, to let go of all points, to build the whole head, and to keep the points as a file."""
    correction = subject.correction
    entries = {
        "undo": (":material/undo:", correction.undone(), len(correction.history) > 1),
        "reset": (":material/restart_alt:", correction.reset(), bool(correction.held)),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (icon, changed, possible) in entries.items():
            about = {"key": f"landmarks_{name}", "icon": icon, "disabled": not possible}
            st.button(t(f"landmarks.{name}"), on_click=state.correct, args=(subject.photo, changed), **about)
        points = state.corrected_points()
        st.download_button(
            t("landmarks.download"),
            as_file(state.session().photos, points),
            "landmarks.json",
            "application/json",
            icon=":material/download:",
            disabled=not points,
            on_click="ignore",
        )
    used = subject.run.key == cache.run_key(state.session().photos, progress.settings())
    if st.button(t("landmarks.use"), icon=":material/face:", type="primary", disabled=used, key="landmarks_use"):
        st.rerun()  # of the whole page: it builds the head from what the session now holds


def as_file(photos: Sequence[Photo], points: Sequence[np.ndarray | None]) -> str:
    """Writes corrected points `(L, 2)` px, by photo, as the JSON that `reconstruct --landmarks` reads."""
    corrected = zip(photos, points, strict=False)
    return json.dumps({photo.digest: some.round(3).tolist() for photo, some in corrected if some is not None})
