"""Brings an expression from elsewhere: from a second photo, from the camera, or from a short film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from facerecon.app import cache, messages, state
from facerecon.app.expressions.recorder import recorder
from facerecon.app.inputs import FILES
from facerecon.app.numbers import duration
from facerecon.app.texts import t
from facerecon.core.clips import read_clip
from facerecon.core.errors import FaceReconError
from facerecon.core.photos import read_photo
from facerecon.core.track import Track
from facerecon.performance import Seen, expression_of, follow, track_of

FILMS = ["mp4", "webm", "mov", "m4v", "avi", "gif"]
MOST_SECONDS = 12.0


@dataclass(frozen=True, eq=False)
class Given:
    """What a file gave."""

    id: str
    "of the file, so that the browser takes it once"
    track: Track
    "of one key where it was a photo"


def bring(place: str) -> Given | None:
    """Shows the ways to bring an expression, and gives what came last.

    Args:
        place: makes the widgets' keys unique.
    """
    way = st.segmented_control(
        t("expressions.from"),
        ("file", "camera", "film"),
        default="file",
        required=True,
        format_func=lambda name: t(f"expressions.from_{name}"),
        key=f"{place}_way",
    )
    try:
        return _filmed(place) if way == "film" else _filed(place, way)
    except FaceReconError as error:
        messages.show_error(error)
        return None


def _filed(place: str, way: str) -> Given | None:
    """Takes a file, or a picture from the camera."""
    if way == "camera":
        file = st.camera_input(t("input.camera"), key=f"{place}_camera")
    else:
        file = st.file_uploader(
            t("expressions.bring"), [*FILES, *FILMS], key=f"{place}_file", help=t("expressions.bring_help")
        )
    if file is None:
        return None
    name = file.name or t("input.camera_name")
    film = name.lower().rsplit(".", 1)[-1] in FILMS
    return _given(file.file_id, lambda: (_film if film else _photo)(file.getvalue(), name))


def _filmed(place: str) -> Given | None:
    """Takes a film from the camera; it comes once and is then remembered."""
    film = recorder(f"{place}_recorder")
    if film is not None:
        name, content = film
        return _given(name, lambda: _film(content, t("input.camera_name")))
    known = state.session().performances
    return next((Given(key, track) for key, track in known.items() if key.startswith("film-")), None)


def _given(identity: str, watch: Callable[[], Track]) -> Given:
    """Finds what a file shows; one that was seen before is not looked at again."""
    # Another person's face is never shared, also where the head is a sample.
    known = state.session().performances
    if identity not in known:
        known.clear()
        known[identity] = watch()
    return Given(identity, known[identity])


def _photo(content: bytes, name: str) -> Track:
    shop = cache.workshop()
    photo = read_photo(content, name)
    with shop.lock:
        weights = expression_of(photo, shop.parts)
    return Track([0.0], [weights])


def _film(content: bytes, name: str) -> Track:
    """Follows the face through a film, and shows how far it is."""
    shop = cache.workshop()
    bar = st.progress(0.0, t("expressions.watching"))
    seen: list[Seen] = []
    frames = read_clip(content, name, most_seconds=MOST_SECONDS)
    with shop.lock:
        for one in follow(frames, shop.parts):
            seen.append(one)
            value, unit = duration(1000 * one.seconds)
            bar.progress(min(1.0, one.seconds / MOST_SECONDS), f"{t('expressions.watching')} {value} {unit}")
    bar.empty()
    with shop.lock:
        return track_of(seen, shop.parts.head)
