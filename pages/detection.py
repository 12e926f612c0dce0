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

PERCENTS = (100, 75, 50, 35, 25, 18, 12, 9, 6, 4, 3, 2)

run = layout.begin("detection", "detection")
result = run.reconstruction
photo, found, chosen = result.photos[0], result.faces[0], result.chosen[0]


def look(percent: int) -> tuple[Faces, float]:
    """Runs the detector on the photo at a share of its size; gives what it found and the time, ms."""
    shop = cache.workshop()
    with shop.lock:
        begin = time.perf_counter()
        faces = shop.parts.detector.detect(pictures.shrunk(photo, percent))
        return faces, (time.perf_counter() - begin) * 1000


place = st.empty()
percent = st.select_slider(
    t("detection.control"), PERCENTS, format_func=lambda share: f"{share} %", key="shrink", persist_state="session"
)
if percent == 100:
    faces, milliseconds = found, result.timings_ms["detection"]
else:
    faces, milliseconds = cache.picture((photo.digest, "look", percent), lambda: look(percent))
small = pictures.shrunk(photo, percent)
with place.container():
    key = (run.key, "detector_view", percent)
    marked = chosen if percent == 100 else None
    image = cache.picture(key, lambda: pictures.detector_view(small, faces, marked, photo.image.shape[:2]))
    st.image(image, width="stretch")
    size = {"width": small.image.shape[1], "height": small.image.shape[0]}
    layout.caption("detection.caption", percent=percent, **size)
if not len(faces):
    layout.caption("detection.missed")
face_picker(photo, found, "detection")

layout.numbers(
    [
        (t("detection.faces"), str(len(faces)), ""),
        (t("detection.score"), two_digits(float(faces.scores[0])) if len(faces) else "–", ""),
        (t("detection.side"), two_digits(float(faces.sizes[0])) if len(faces) else "–", "px" if len(faces) else ""),
        (t("detection.found_in"), *duration(milliseconds)),
    ]
)
layout.lesson("detection")
show_code(BlazeFace.detect)
