"""What the points tell: eyes, mouth and pose from near, expression scores, and the irises as a ruler."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.landmarks import pictures
from facerecon.app.landmarks.subject import Subject
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, jpeg
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.drawing.figures import blendshape_bars
from facerecon.geometry.transforms import head_pose
from facerecon.landmarks.iris import IRIS_MM, IRIS_STD_MM, iris_scale
from facerecon.landmarks.opening import opening
from facerecon.landmarks.schemes import outer_eye_distance, scheme
from facerecon.morphable.fitting import FitSettings
from facerecon.morphable.pose import first_camera

COLUMNS = (("eye",), ("brow", "cheek", "nose", "jaw", "tongue"), ("mouth",))
"""The regions whose expressions stand in one column, so that all are of like height."""
MOST_TURNED = np.radians(45)
"""Farther to the side, what is seen of the pupils' distance is too short to tell it."""


def close_ups(subject: Subject) -> None:
    """Shows both eyes, the mouth and the head's axes from near, each with its number."""
    photo, marks = subject.photo, subject.run.reconstruction.landmarks[subject.number]
    key = (subject.run.key, "close_ups", subject.number)
    links = cache.picture(
        key,
        lambda: [
            data_uri(pictures.eye_picture(photo, marks, "right")),
            data_uri(pictures.eye_picture(photo, marks, "left")),
            data_uri(pictures.mouth_picture(photo, marks)),
            data_uri(pictures.pose_picture(photo, marks, subject.view)),
        ],
    )
    opened = opening(marks)
    captions = [
        t("landmarks.right_eye", open=f"{opened.right_eye:.2f}"),
        t("landmarks.left_eye", open=f"{opened.left_eye:.2f}"),
        t("landmarks.mouth", open=f"{opened.mouth:.2f}"),
        t("landmarks.pose"),
    ]
    figures = "".join(
        f'<figure><img src="{link}" alt="{escape(text, quote=True)}"><figcaption>{escape(text)}</figcaption></figure>'
        for link, text in zip(links, captions, strict=True)
    )
    style = files("facerecon.app.landmarks").joinpath("style.css").read_text("utf-8")
    st.html(f'<style>{style}</style><div class="close-ups">{figures}</div>')


def numbers(subject: Subject) -> None:
    """Shows how many points there are, how large the face is, and how the head is turned."""
    marks = subject.run.reconstruction.landmarks[subject.number]
    yaw, pitch, roll = np.degrees(head_pose(subject.view.camera_from_head))
    layout.numbers(
        [
            (t("landmarks.points"), str(len(marks.points)), ""),
            (t("landmarks.eyes"), two_digits(outer_eye_distance(marks)), "px"),
            (t("registration.yaw"), f"{yaw:.0f}", "°"),
            (t("registration.pitch"), f"{pitch:.0f}", "°"),
            (t("registration.roll"), f"{roll:.0f}", "°"),
            layout.stage_time(subject.run, "landmarks"),
        ]
    )


def expressions(subject: Subject) -> None:
    """Shows the 52 expression scores, where the landmarker gives any."""
    scores = subject.run.reconstruction.landmarks[subject.number].blendshapes
    if scores is None:
        return
    st.subheader(t("landmarks.blendshapes"), anchor=False)
    layout.caption("landmarks.blendshapes_lead")
    labels = {name: t(f"expression.{name}") for name in ARKIT_NAMES}
    axis = t("landmarks.score_axis")
    for column, regions in zip(st.columns(len(COLUMNS), gap="medium"), COLUMNS, strict=True):
        with column:
            figure = blendshape_bars(scores, x_title=axis, labels=labels, regions=regions, dark=layout.is_dark())
            layout.chart(figure, f"blendshapes_{regions[0]}")


def ruler(subject: Subject) -> None:
    """Measures with the irises, where there are any."""
    marks, photo = subject.run.reconstruction.landmarks[subject.number], subject.photo
    if "pupils" not in scheme(marks.scheme).groups:
        return
    st.subheader(t("landmarks.ruler"), anchor=False)
    layout.caption("landmarks.ruler_lead", iris=f"{IRIS_MM} ± {IRIS_STD_MM}")
    focal, told = first_camera(photo).focal, photo.focal_px is not None
    yaw = head_pose(subject.view.camera_from_head)[0]
    if abs(yaw) > MOST_TURNED:
        layout.caption("landmarks.ruler_turned")
        return
    scale = iris_scale(marks, focal, yaw)
    # A focal length that EXIF told is as uncertain as the fit takes it to be: a tenth of a guess.
    focal_error = FitSettings().log_focal_std * (0.1 if told else 1)
    pupils = _with_error(scale.pupil_distance, scale.relative_error)
    distance = _with_error(scale.distance / 10, float(np.hypot(scale.relative_error, focal_error)))
    key = (subject.run.key, "ruler", subject.number)
    picture = cache.picture(key, lambda: jpeg(pictures.ruler_picture(photo, marks, f"{pupils} mm")))
    st.image(picture, width="stretch", alt=t("landmarks.alt_ruler"))
    layout.numbers(
        [
            (t("landmarks.iris_right"), two_digits(scale.diameters[0]), "px"),
            (t("landmarks.iris_left"), two_digits(scale.diameters[1]), "px"),
            (t("landmarks.pupils"), pupils, "mm"),
            (t("landmarks.distance"), distance, "cm"),
            (t("landmarks.focal_exif" if told else "landmarks.focal_assumed"), f"{focal:,.0f}", "px"),
        ]
    )
    layout.caption("landmarks.ruler_exif" if told else "landmarks.ruler_assumed")


def _with_error(value: float, relative: float) -> str:
    """Writes a number with its standard deviation, both as fine as two digits of the number."""
    text = two_digits(value)
    return f"{text} ± {value * relative:.{len(text.partition('.')[2])}f}"
