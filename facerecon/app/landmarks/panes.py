"""Looking at the points: on the photo, in space, and where they fall when the photo is changed a little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, messages
from facerecon.app.landmarks import controls, pictures
from facerecon.app.landmarks.controls import ALL, SURFACE
from facerecon.app.landmarks.subject import PARTS, Subject, groups_of, part_of
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import jpeg
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Landmarks
from facerecon.drawing.crops import Crop
from facerecon.drawing.landmark_figures import spread_bars
from facerecon.landmarks.correction import stand_for
from facerecon.landmarks.schemes import convert, outer_eye_distance, scheme, triangles
from facerecon.landmarks.stability import spread

if TYPE_CHECKING:
    from pyvista import Plotter
    from streamlit.delta_generator import DeltaGenerator

SEED = 0
"""The photo is changed in the same random ways at every visit."""
HEIGHT = 500
"""px of the 3D view."""


def look(subject: Subject, name: str, part: str, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Shows a scheme's points on the photo and, beside it, in space."""
    marks = convert(subject.marks, name)
    groups = groups_of(name, part if part in PARTS else None)
    other = None
    with picture:
        place = st.container()
        if name == controls.SECOND_SCHEME and subject.marks.scheme != name and controls.choose_second():
            other = _second(subject)
    with place:
        key = (subject.digest, "points", name, part, other is None)
        image = cache.picture(key, lambda: jpeg(_drawn(_cut(subject), marks, groups, part, other)))
        st.image(image, width="stretch", alt=t("strip.alt_landmarks"))
        shown = len({row for rows in groups.values() for row in rows}) if part in PARTS else len(marks.points)
        layout.caption("landmarks.caption", shown=shown, count=len(marks.points))
        if other is not None:
            apart = np.linalg.norm(other.points - marks.points, axis=1).mean() / outer_eye_distance(marks)
            layout.caption("landmarks.second_caption", percent=two_digits(100 * apart))
    with beside:
        show_space(subject, marks)
        layout.caption("landmarks.space")


def _cut(subject: Subject) -> Crop:
    """Cuts out the face, at the same place in every mode."""
    return pictures.cut_around(subject.photo, subject.correction.found.points)


def _drawn(
    cut: Crop, marks: Landmarks, groups: Mapping[str, Sequence[int]], part: str, other: Landmarks | None
) -> np.ndarray:
    if part == SURFACE:
        return pictures.surface_picture(cut, marks)
    if other is not None:
        cut = pictures.with_differences(cut, marks, other)
    return pictures.points_picture(cut, marks, groups, every=part == ALL)


def _second(subject: Subject) -> Landmarks | None:
    """Gives what another network finds on the same face; None, and says why, where it finds none or is not here."""
    shop = cache.workshop(landmarker=controls.SECOND)

    def locate() -> tuple[Landmarks | None]:
        with shop.lock:
            return (shop.parts.landmarker.locate(subject.photo, subject.box),)

    try:
        (found,) = cache.picture((subject.photo.digest, controls.SECOND, *subject.box.tolist()), locate)
    except FaceReconError as error:
        messages.show_error(error)
        return None
    if found is None:
        layout.caption("landmarks.second_none")
    return found


def show_space(subject: Subject, marks: Landmarks) -> None:
    """Shows the points in space, or says that their scheme has no depth."""
    if marks.depth is None:
        layout.caption("landmarks.flat")
        return
    views = ["points", "surface"] if marks.scheme.startswith("mediapipe") else ["points"]
    # The picture's axes, turned to those of a viewer: y up, z towards the camera.
    points = np.column_stack([marks.points[:, 0], -marks.points[:, 1], -marks.depth])
    known = scheme(marks.scheme)

    def scenes(names: Sequence[str]) -> Mapping[str, Plotter]:
        from facerecon.drawing.landmark_scene import landmark_scene

        surfaces = {"points": None, "surface": triangles() if "surface" in views else None}
        return {view: landmark_scene(points, known.groups, known.connections, surfaces[view]) for view in names}

    heads.show_scenes("landmarks", f"{subject.digest}/{marks.scheme}", views, scenes, height=HEIGHT)


def firm(subject: Subject, name: str, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Shows how far points stray when the photo is moved, mirrored, rescaled and recompressed."""
    known = scheme(name)
    with picture:
        place = st.empty()
        found = _found_in_variations(subject, place)
        if len(found) < 2:
            place.image(jpeg(_cut(subject).image), width="stretch", alt=t("strip.alt_photo"))
            layout.caption("landmarks.firm_lost")
            return
        points = np.stack([found[:, list(rows)].mean(axis=1) for rows in stand_for(subject.marks.scheme, name)], axis=1)
        key = (subject.photo.digest, "spread", name, *subject.box.tolist())
        image = cache.picture(key, lambda: jpeg(pictures.spread_picture(_cut(subject), points, known.groups)))
        place.image(image, width="stretch", alt=t("landmarks.alt_firm"))
        layout.caption("landmarks.firm_caption", count=known.count)
    with beside:
        share = 100 * pictures.strays(points) / outer_eye_distance(subject.correction.found)
        parts = np.array([part_of(name, index) for index in range(known.count)])
        medians = {part: float(np.median(share[parts == part])) for part in PARTS if part in parts}
        labels = {part: t(f"landmarks.part_{part}") for part in medians}
        figure = spread_bars(medians, x_title=t("landmarks.firm_axis"), labels=labels, dark=layout.is_dark())
        layout.chart(figure, "spread")
        pixels = two_digits(float(np.median(pictures.strays(points))))
        layout.caption("landmarks.firm_lead", times=len(found), pixels=pixels)


def _found_in_variations(subject: Subject, place: DeltaGenerator) -> np.ndarray:
    """Gives the points `(K, L, 2)` px of the photo in its variations; while they are made, the photo is shown."""
    key = (subject.photo.digest, "variations", *subject.box.tolist())

    def make() -> np.ndarray:
        shop = cache.workshop()
        with place.container(), st.spinner(t("landmarks.firm_busy")):
            st.image(jpeg(_cut(subject).image), width="stretch", alt=t("strip.alt_photo"))
            with shop.lock:
                return spread(shop.parts.landmarker, subject.photo, subject.box, np.random.default_rng(SEED)).points

    return cache.picture(key, make)
