"""The two faces: the session's, and the one that is chosen here to compare it with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

import streamlit as st

from facerecon.app import cache, messages, progress, state
from facerecon.app.inputs import FILES, face_picker, sample_buttons
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, face_crop
from facerecon.core.errors import FaceReconError
from facerecon.core.photos import read_photo
from facerecon.core.types import Photo

PARTNERS = ("synthetic_2", "astronaut")
"""Of these samples, the first that is not shown already is the second face until somebody is chosen."""
SIDE = 640
"""px of a face's picture."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two finished runs; of several photos, the first is looked at."""

    first: cache.Run
    second: cache.Run

    @property
    def runs(self) -> tuple[cache.Run, cache.Run]:
        return self.first, self.second

    @property
    def key(self) -> str:
        """Names the pair in the caches."""
        return f"{self.first.key}/{self.second.key}"


def second_photo() -> Photo:
    """Gives the photo to compare with: what was chosen here, else one of PARTNERS."""
    current = state.session()
    if current.second is None:
        return cache.sample(next(name for name in PARTNERS if name != current.sample))
    return current.second


def follow(first: cache.Run) -> Pair | None:
    """Builds the second head; where that cannot be done, says why."""
    photo = second_photo()
    picked = state.session().faces.get(photo.digest)
    settings = replace(progress.settings(), faces=() if picked is None else (picked,), landmarks=())
    place = st.empty()
    if cache.known_run((photo,), settings) is None:
        place.caption(t("compare.busy"))
    try:
        return Pair(first, cache.run((photo,), settings, lambda _: None))
    except FaceReconError as error:
        messages.show_error(error)
        return None
    finally:
        place.empty()


def show_faces(first: cache.Run, pair: Pair | None) -> None:
    """Shows both faces side by side."""
    faces = [_face(first), _face(pair.second) if pair else _photo(second_photo())]
    names = [first.reconstruction.photos[0].name, second_photo().name]
    figures = "".join(
        f'<figure class="face-{kind}"><img src="{link}" alt="{escape(t(f"compare.{kind}"), quote=True)}">'
        f"<figcaption>{escape(t(f'compare.{kind}'))}<small>{escape(name)}</small></figcaption></figure>"
        for kind, link, name in zip(("first", "second"), faces, names, strict=True)
    )
    st.html(f'<div class="two-faces">{figures}</div>')


def _face(run: cache.Run) -> str:
    result = run.reconstruction
    box = result.faces[0].boxes[result.chosen[0]]
    key = (run.key, "compare", "face")
    return cache.picture(key, lambda: data_uri(face_crop(result.photos[0], box, SIDE).image))


def _photo(photo: Photo) -> str:
    return cache.picture((photo.digest, "compare", "photo"), lambda: data_uri(face_crop(photo, None, SIDE).image))


def choose(pair: Pair | None) -> None:
    """Lets the visitor choose the second face: a sample, or a photo of their own."""
    st.html(f'<p class="quiet">{escape(t("compare.choose"))}</p>')
    sample_buttons(_choose_sample, "second_")
    st.file_uploader(t("compare.upload"), FILES, key=_upload_key(), on_change=_take_upload)
    if pair:
        result = pair.second.reconstruction
        face_picker(result.photos[0], result.faces[0], "compare")


def _choose_sample(name: str) -> None:
    state.choose_second(cache.sample(name), name)


def _upload_key() -> str:
    return f"second_{state.session().uploads}"


def _take_upload() -> None:
    current = state.session()
    file = st.session_state.get(_upload_key())
    current.uploads += 1  # a new key empties the uploader, and Streamlit forgets the file
    if file is None:
        return
    try:
        state.choose_second(read_photo(file.getvalue(), file.name))
    except FaceReconError as error:
        current.notices.append((file.name, error))
