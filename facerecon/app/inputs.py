"""How photos come in: a sample, files, the camera; and which face of a photo is meant."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from facerecon.app import cache, state
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, face_crop
from facerecon.core.errors import FaceReconError, SettingsError
from facerecon.core.photos import read_photo
from facerecon.core.types import Faces, Photo
from facerecon.samples import SAMPLES

FILES = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif"]
MOST_PHOTOS = 20
"""More photos of one person add minutes, not likeness: twenty take some ten times as long as one."""


def photo_input(add: bool = False) -> None:
    """Shows every way to bring photos in; a choice takes effect before the page is drawn again.

    Args:
        add: whether files are put to the visitor's own photos that are there, instead of taking their place.
    """
    sample_buttons(choose_sample)
    current = state.session()
    st.file_uploader(
        t("input.upload_more") if add and not current.sample else t("input.upload"),
        FILES,
        accept_multiple_files=True,
        key=_upload_key(),
        on_change=_take_uploads,
        args=(add,),
        help=t("input.upload_help"),
    )
    if current.past:
        st.button(t("input.undo"), icon=":material/undo:", key="photos_undo", on_click=state.undo_photos)
    if current.camera:
        st.camera_input(t("input.camera"), key=f"camera_{current.uploads}", on_change=_take_picture)
        st.button(
            t("input.camera_close"), icon=":material/close:", key="camera_close", on_click=_open_camera, args=(False,)
        )
    else:
        st.button(
            t("input.camera_open"),
            icon=":material/photo_camera:",
            key="camera_open",
            on_click=_open_camera,
            args=(True,),
        )
    st.html(f'<p class="quiet">{t("input.privacy")}</p>')


def sample_buttons(choose: Callable[[str], None], place: str = "") -> None:
    """Shows the bundled photos.

    Args:
        choose: is told the name of the one that is clicked.
        place: makes the widgets' keys unique.
    """
    with st.container(horizontal=True, gap="small", key=f"{place}samples", wrap=False):
        for name in SAMPLES:
            with st.container(key=f"sample_{place}{name}", gap="xxsmall"):
                alt = t(f"sample.{name}")
                st.html(f'<div class="tile"><img src="{sample_picture(name)}" alt=""></div>')
                st.button(alt, key=f"pick_{place}{name}", on_click=choose, args=(name,), type="tertiary")


def photo_menu() -> None:
    """Shows the same ways behind one button, for the pages that are about something else."""
    with st.popover(t("input.change"), icon=":material/add_photo_alternate:", width="content"):
        photo_input()


def face_picker(photo: Photo, faces: Faces, where: str) -> None:
    """Lets the visitor pick among several faces; shows nothing where there is one.

    Args:
        photo: whose faces they are.
        faces: largest first.
        where: makes the widget's key unique.
    """
    if len(faces) < 2:
        return
    chosen = min(state.session().faces.get(photo.digest, 0), len(faces) - 1)
    wanted = st.pills(
        t("input.which_face", count=len(faces)),
        range(len(faces)),
        default=chosen,
        required=True,
        format_func=lambda index: t("input.face_largest") if index == 0 else t("input.face", number=index + 1),
        key=f"face_{where}_{photo.digest[:12]}",
    )
    if wanted != chosen:
        state.pick_face(photo, wanted)
        st.rerun()  # of the whole page, also from a part of it that runs alone


def choose_sample(name: str) -> None:
    """Makes a bundled photo the photo of every page."""
    state.choose((cache.sample(name),), name)


def sample_picture(name: str) -> str:
    """Gives a bundled photo's small picture as a link."""
    return cache.sample_picture(name, lambda photo: data_uri(face_crop(photo, None, 240).image))


def _upload_key() -> str:
    return f"upload_{state.session().uploads}"


def _take_uploads(add: bool) -> None:
    """Reads what was uploaded; what cannot be read is told, and what was there stays unless something was read."""
    current = state.session()
    photos: dict[str, Photo] = {}
    room = MOST_PHOTOS - (len(current.photos) if add and not current.sample else 0)
    files = st.session_state.get(_upload_key()) or []
    for file in files[room:]:
        too_many = SettingsError(f"More than {MOST_PHOTOS} photos.", "too_many_photos", limit=MOST_PHOTOS)
        current.notices.append((file.name, too_many))
    for file in files[:room]:
        try:
            photo = read_photo(file.getvalue(), file.name)
        except FaceReconError as error:
            current.notices.append((file.name, error))
        else:
            photos[photo.digest] = photo
    current.uploads += 1  # a new key empties the uploader, and Streamlit forgets the files
    if photos:
        take = state.add_photos if add else state.choose
        take(tuple(photos.values()))


def _take_picture() -> None:
    current = state.session()
    file = st.session_state.get(f"camera_{current.uploads}")
    current.uploads += 1
    if file is None:
        return
    try:
        photo = read_photo(file.getvalue(), t("input.camera_name"))
    except FaceReconError as error:
        current.notices.append((t("input.camera_name"), error))
    else:
        state.choose((photo,))


def _open_camera(opened: bool) -> None:
    state.session().camera = opened
