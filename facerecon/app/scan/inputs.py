"""How scans and depth maps come in, and in which unit they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import streamlit as st

from facerecon.app import cache, layout, messages, state
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError, SettingsError
from facerecon.inputs import InputFile, ReadingOptions, gather
from facerecon.parts import Settings
from facerecon.scans.scan import Scan
from facerecon.scans.units import MILLIMETRES

SCANS = ["obj", "mtl", "ply", "stl", "pcd", "xyz", "pts", "csv", "txt", "asc"]
DEPTHS = ["npy", "npz", "exr", "png", "tif", "tiff", "jpg", "jpeg", "heic", "heif", "json"]
"""Depth maps, the photos and cameras that come with them, and portraits that hold their depth."""
GUESS = "guess"


def scan_input() -> None:
    """Shows how to bring a scan, and the choice of its unit; both take effect before the page is drawn again."""
    st.file_uploader(
        t("scan.upload"),
        SCANS + DEPTHS,
        accept_multiple_files=True,
        key=_upload_key(),
        on_change=_take_uploads,
        help=t("scan.upload_help"),
    )
    st.segmented_control(
        t("scan.unit"),
        [GUESS, *MILLIMETRES],
        default=state.session().scan_unit or GUESS,
        required=True,
        format_func=lambda unit: t(f"scan.unit_{unit}"),
        key=f"scan_unit_{state.session().uploads}",
        on_change=_take_unit,
    )
    if state.session().scans:
        st.button(t("scan.sample"), icon=":material/restart_alt:", on_click=state.choose_scans, args=((),))
    layout.note(t("scan.privacy"))


def follow() -> cache.Run | None:
    """Gives the run of the present scans, with a bar while it is made; where there can be none, says why."""
    settings = Settings(texture_size=state.session().texture_size)
    scans = own_scans() or tuple(in_chosen_unit([cache.bundled_scan()]))
    known = cache.known_run(scans, settings)
    if known:
        return known
    place = st.empty()
    bar = place.progress(0.0, t("scan.step_landmarks"))
    try:
        return cache.run(scans, settings, lambda step: bar.progress(step.fraction, t(f"scan.step_{step.stage}")))
    except FaceReconError as error:
        messages.show_error(error)
        return None
    finally:
        place.empty()


def own_scans() -> tuple[Scan, ...]:
    """Gives the visitor's scans, in the unit that was chosen; empty: there are none."""
    return tuple(in_chosen_unit(state.session().scans))


def in_chosen_unit(scans: Iterable[Scan]) -> Iterator[Scan]:
    """Reads scans' numbers in the unit that was chosen, if any; a depth camera's are told by its file."""
    unit = state.session().scan_unit
    for scan in scans:
        yield scan if unit is None or scan.source == "depth" else replace(scan, unit=unit)


def _upload_key() -> str:
    return f"scan_upload_{state.session().uploads}"


def _take_uploads() -> None:
    """Reads what was uploaded; what cannot be read is told, and what was there stays."""
    current = state.session()
    files = [InputFile(file.name, file.getvalue()) for file in st.session_state.get(_upload_key()) or []]
    current.uploads += 1  # a new key empties the uploader, and Streamlit forgets the files
    if not files:
        return
    try:
        found = gather(files, ReadingOptions(embedded_depth=True))
        if not all(isinstance(one, Scan) for one in found):
            raise SettingsError("These are photos without depth.", "photos_as_scans")
        state.choose_scans(tuple(found))
    except FaceReconError as error:
        current.notices.append((files[0].name, error))


def _take_unit() -> None:
    current = state.session()
    unit = st.session_state[f"scan_unit_{current.uploads}"]
    current.scan_unit = None if unit == GUESS else unit
