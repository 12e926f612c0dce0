"""The Registration page's controls: what is registered, by whom, and what is put in its way."""

from __future__ import annotations

import hashlib

import streamlit as st

from facerecon.app import layout, state
from facerecon.app.registration.contenders import CONTENDERS, SETTINGS
from facerecon.app.registration.subject import scan_subject
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.evaluation.cloud_pairs import Disturbance
from facerecon.scans import read_scan

PHOTO, PRIOR, MODEL, CLOUDS, DUEL = PARTS = "photo", "prior", "model", "clouds", "duel"
WITH_SCANS = (CLOUDS, DUEL)
METHODS = tuple(SETTINGS)[:4]
"""Who can be watched alone: the four errors that the field makes small."""
FIRST = ("point-to-plane", "pyramid")
"""Who meets at first in the duel."""
PERCENT = 100
_ENDINGS = ["ply", "obj", "stl", "pcd", "xyz", "pts", "csv", "txt"]


def choose_part() -> str:
    """Lets the visitor choose what is registered, and bring a scan where clouds are."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        part = st.segmented_control(
            t("clouds.part"),
            PARTS,
            default=PHOTO,
            required=True,
            format_func=lambda part: t(f"clouds.part_{part}"),
            key="registration_part",
            label_visibility="collapsed",
            persist_state="session",
        )
        if part in WITH_SCANS:
            _scan_menu()
    return part


def choose_method() -> str:
    """Lets the visitor choose one method."""
    return st.pills(
        t("clouds.method"),
        METHODS,
        default="point-to-plane",
        required=True,
        format_func=_label,
        key="cloud_method",
        persist_state="session",
    )


def choose_sides() -> list[str]:
    """Lets the visitor choose who meets whom."""
    names = []
    for column, side, first in zip(st.columns(2, gap="medium"), ("left", "right"), FIRST, strict=True):
        index = CONTENDERS.index(first)
        with column:
            key = f"duel_{side}"
            names.append(
                st.selectbox(
                    t(f"clouds.side_{side}"), CONTENDERS, index, format_func=_label, key=key, persist_state="session"
                )
            )
    return names


def _label(name: str) -> str:
    return t(f"contender.{name}")


def disturb() -> Disturbance:
    """Lets the visitor put something in the way."""
    first, second, third, fourth = st.columns(4, gap="medium")
    with first:
        rotation = _slider("rotation", 0, 180, 30, 10, "%d°")
    with second:
        overlap = _slider("overlap", 40, 100, 70, 5, "%d %%")
    with third:
        outliers = _slider("outliers", 0, 60, 10, 5, "%d %%")
    with fourth:
        noise = _slider("noise", 0.0, 4.0, 0.5, 0.5, "%.1f mm")
    return Disturbance(rotation=float(rotation), noise=noise, outliers=outliers / PERCENT, overlap=overlap / PERCENT)


def _slider(name: str, low: float, high: float, first: float, step: float, form: str) -> float:
    return st.slider(t(f"clouds.{name}"), low, high, first, step, form, key=f"disturb_{name}", persist_state="session")


def _scan_menu() -> None:
    """Lets the visitor bring a scan, or go back to the head."""
    scan = state.session().registered
    with st.popover(scan.name if scan else t("clouds.own_head"), icon=":material/view_in_ar:", width="content"):
        words = {name: layout.css_string(t(f"clouds.{name}")) for name in ("browse", "formats")}
        style = "".join(f"--text-{name}:{word};" for name, word in words.items())
        with st.container(key="scan_upload"):
            st.html(f"<style>.st-key-scan_upload{{{style}}}</style>")
            st.file_uploader(t("clouds.upload"), _ENDINGS, key=_key(), on_change=_take, help=t("clouds.upload_help"))
        if scan:
            st.button(t("clouds.drop"), key="scan_drop", icon=":material/undo:", on_click=state.take_scan, args=(None,))
        st.html(f'<p class="quiet">{t("clouds.upload_note")}</p>')


def _key() -> str:
    return f"scan_{state.session().uploads}"


def _take() -> None:
    """Reads the scan that was uploaded; what cannot be read or registered is told."""
    current = state.session()
    file = st.session_state.get(_key())
    current.uploads += 1  # a new key empties the uploader, and Streamlit forgets the file
    if file is None:
        return
    content = file.getvalue()
    try:
        scan = scan_subject(read_scan(content, file.name, {}), hashlib.sha256(content).hexdigest(), file.name)
    except FaceReconError as error:
        current.notices.append((file.name, error))
    else:
        state.take_scan(scan)
