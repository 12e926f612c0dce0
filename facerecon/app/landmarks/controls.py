"""The Landmarks page's controls: which photo, what is done with its points, which points."""

from __future__ import annotations

import streamlit as st

from facerecon.app import state
from facerecon.app.cache import Run
from facerecon.app.landmarks.subject import PARTS, groups_of
from facerecon.app.texts import t
from facerecon.landmarks.schemes import NAMES, scheme

MODES = ("look", "firm", "move")
ALL, SURFACE = "all", "surface"
SECOND, SECOND_SCHEME = "face-api-68", "ibug68"
"""A network of another family, and the points that it finds."""


def choose_photo(run: Run) -> int:
    """Lets the visitor choose one of several photos; gives its number."""
    names = [photo.name for photo in run.reconstruction.photos]
    if len(names) == 1:
        return 0
    return st.pills(
        t("number.photos"),
        range(len(names)),
        default=0,
        required=True,
        format_func=names.__getitem__,
        key=f"marked_photo_{state.session().photos[-1].digest[:12]}",
    )


def choose_mode() -> str:
    """Lets the visitor choose what to do with the points: look, see how firm they are, move them."""
    return st.segmented_control(
        t("landmarks.mode"),
        MODES,
        default=MODES[0],
        required=True,
        format_func=lambda mode: t(f"landmarks.mode_{mode}"),
        key="landmark_mode",
        persist_state="session",
    )


def choose_scheme(found: str) -> str:
    """Lets the visitor choose among the schemes that can be made from the one that was found."""
    names = [name for name in NAMES if name == found or found in scheme(name).sources]
    return st.segmented_control(
        t("landmarks.scheme"),
        names,
        default=found,
        required=True,
        format_func=lambda name: str(scheme(name).count),
        key=f"landmark_scheme_{found}",
        persist_state="session",
    )


def choose_part(name: str, surface: bool) -> str:
    """Lets the visitor choose all points of a scheme, the surface that they span, or a part of the face."""
    parts = [part for part in PARTS if groups_of(name, part)]
    if surface and name.startswith("mediapipe"):
        parts.insert(0, SURFACE)
    return st.pills(
        t("landmarks.control"),
        [ALL, *parts],
        default=ALL,
        required=True,
        format_func=lambda part: t(f"landmarks.part_{part}"),
        key=f"landmark_part_{name}_{surface}",
        persist_state="session",
    )


def choose_second() -> bool:
    """Lets the visitor see what a second network finds."""
    return st.toggle(t("landmarks.second"), key="landmark_second", persist_state="session")
