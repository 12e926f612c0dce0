"""Landmarks: 478 points and 52 expression scores on the face that was found."""

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, pictures
from facerecon.app.code import show_code
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.drawing.figures import blendshape_bars
from facerecon.landmarks import schemes
from facerecon.landmarks.mediapipe import FaceMesh

SHOWN = {
    "all": (),
    "mesh": (),
    "oval": ("face_oval",),
    "eyes": ("left_eye", "right_eye"),
    "brows": ("left_brow", "right_brow"),
    "nose": ("nose", "nose_bridge", "nose_base"),
    "lips": ("lips_outer", "lips_inner"),
    "irises": ("left_iris", "right_iris", "pupils"),
}
"""What may be shown → the groups of the scheme that it stands for."""

run = layout.begin("landmarks", "landmarks")
result = run.reconstruction
marks = result.landmarks[0]
groups = schemes.scheme(marks.scheme).groups

before, after = st.columns(2, gap="large")
cut = cache.picture((run.key, "face_crop"), lambda: pictures.face_picture(result, 0))
place = after.container()
chosen = st.pills(
    t("landmarks.control"),
    list(SHOWN),
    default="all",
    required=True,
    format_func=lambda name: t("landmarks.mesh" if name == "mesh" else f"landmarks.group_{name}"),
    key="landmark_group",
    persist_state="session",
)
rows = {row for name in SHOWN[chosen] for row in groups[name]}
with before:
    st.image(cut.image, width="stretch", alt=t("strip.alt_photo"))
    layout.caption("strip.alt_photo")
with place:
    key = (run.key, "landmarks", chosen)
    picture = cache.picture(key, lambda: pictures.landmarks_picture(cut, marks, SHOWN[chosen], chosen == "mesh"))
    st.image(picture, width="stretch", alt=t("strip.alt_landmarks"))
    layout.caption("landmarks.caption")

layout.numbers(
    [
        (t("landmarks.points"), str(len(marks.points)), ""),
        (t("landmarks.shown"), str(len(rows) or len(marks.points)), ""),
        (t("landmarks.eyes"), two_digits(pictures.outer_eye_distance(marks)), "px"),
        layout.stage_time(run, "landmarks"),
    ]
)

st.subheader(t("landmarks.blendshapes"), anchor=False)
layout.caption("landmarks.blendshapes_lead")
layout.chart(
    blendshape_bars(
        np.asarray(marks.blendshapes),
        x_title=t("landmarks.score_axis"),
        labels={name: t(f"expression.{name}") for name in ARKIT_NAMES},
        dark=layout.is_dark(),
    ),
    "blendshapes",
)
layout.lesson("landmarks")
show_code(FaceMesh.locate)
