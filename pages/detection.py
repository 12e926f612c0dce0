"""Detection: where faces are in the whole photo, and how small the photo may get before they are lost."""

import time

import streamlit as st

from facerecon.app import cache, layout, pictures
from facerecon.app.code import show_code
from facerecon.app.inputs import face_picker
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.core.types import Faces
from facerecon.detection.mediapipe import BlazeFace
from facerecon.detection.confirmation import confirmed_faces

PERCENTS = (100, 75, 50, 35, 25, 18, 12, 9, 6, 4, 3, 2)

run = layout.begin("detection", "detection")
result = run.reconstruction
photo, chosen = result.photos[0], result.chosen[0]


def look(percent: int) -> tuple[Faces, float]:
    """Runs the detector on the photo at a share of its size; gives what it found and the time, ms."""
    if percent == 100:
        return result.faces[0], result.timings_ms["detection"]
    shop = cache.workshop()
    with shop.lock:
        begin = time.perf_counter()
        faces = shop.parts.detector.detect(pictures.shrunk(photo, percent))
        return faces, (time.perf_counter() - begin) * 1000


@st.fragment
def play() -> None:
    """Shows one size; only this part of the page runs again when the slider moves."""
    picture, control = st.columns([7, 5], gap="large", vertical_alignment="center")
    with control:
        percent = st.select_slider(
            t("detection.control"),
            PERCENTS,
            format_func=lambda share: f"{share} %",
            key="shrink",
            persist_state="session",
        )
        small = pictures.shrunk(photo, percent)
        faces, milliseconds = cache.picture((run.key, "look", percent), lambda: look(percent))
        size = {"width": small.image.shape[1], "height": small.image.shape[0]}
        layout.caption("detection.caption" if len(faces) else "detection.missed", percent=percent, **size)
        face_picker(photo, result.faces[0], "detection")
    with picture:
        marked = chosen if percent == 100 else None
        shape = photo.image.shape[:2]
        draw = cache.picture((run.key, "seen", percent), lambda: pictures.detector_view(small, faces, marked, shape))
        st.image(draw, width="stretch", alt=t("strip.alt_detection"))
    found = len(faces) > 0
    layout.numbers(
        [
            (t("detection.faces"), str(len(faces)), ""),
            (t("detection.score"), two_digits(float(faces.scores[0])) if found else "–", ""),
            (t("detection.side"), two_digits(float(faces.sizes[0])) if found else "–", "px" if found else ""),
            (t("detection.found_in"), *duration(milliseconds)),
        ]
    )


play()
layout.lesson("detection")
show_code(BlazeFace.detect, confirmed_faces)
