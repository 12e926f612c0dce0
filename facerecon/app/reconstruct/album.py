"""The photos that the head is made of: each with the head over it, how well that fits, and what can be done with it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, pictures, state
from facerecon.app.cache import Run
from facerecon.app.inputs import face_picker
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.checks import doubts
from facerecon.comparison import strangers
from facerecon.drawing.crops import Crop
from facerecon.landmarks.schemes import outer_eye_distance

FEW = 6
"""Photos that are shown large."""
ODD = 2.0
"""A photo whose points are missed by so many times what the others' are does not fit."""


def album(run: Run) -> None:
    """Shows every photo of a run; where there are several, they can be put in another order or taken out."""
    result = run.reconstruction
    count = len(result.photos)
    st.subheader(t("reconstruct.fitted"), anchor=False)
    if count > 1:
        layout.caption("reconstruct.album", count=count)
    misses = relative_misses(run)
    odd = _strangers(run)
    # Of several photos two stand side by side, of many three, so that one sees at a glance which fits.
    places = st.columns(2 if count <= FEW else 3, gap="large") if count > 1 else [st.container()]
    for number in range(count):
        with places[number % len(places)]:
            _card(run, number, misses, number in odd)


def _card(run: Run, number: int, misses: np.ndarray, stranger: bool) -> None:
    """Shows one photo, the head over it, and what can be done with it."""
    result = run.reconstruction
    cut = cache.picture((run.key, "face_picture", number), lambda: pictures.face_picture(result, number))
    over = cache.picture((run.key, "fitted", number), lambda: _fitted(run, number, cut))
    gap = "large" if len(misses) == 1 else "xxsmall"
    for column, image, name in zip(st.columns(2, gap=gap), (cut.image, over), ("photo", "fitting"), strict=True):
        column.image(image, width="stretch", alt=t(f"strip.alt_{name}"))
    _say(run, number, misses, stranger)
    face_picker(result.photos[number], result.faces[number], "reconstruct")
    if len(misses) > 1:
        _buttons(number)


def relative_misses(run: Run) -> np.ndarray:
    """Gives by photo by how much half of its landmarks are missed at most, % of the outer eye distance."""
    result = run.reconstruction
    pairs = zip(result.fit.views, result.landmarks, strict=True)
    return np.array([100 * np.median(view.residuals) / outer_eye_distance(marks) for view, marks in pairs])


def misfit(run: Run, number: int, misses: np.ndarray) -> bool:
    """Tells whether the head fits a photo badly: by itself, or far worse than the others, where there are some."""
    result = run.reconstruction
    if "poor_fit" in doubts(result.fit.views[number], result.landmarks[number]):
        return True
    others = np.delete(misses, number)
    return len(others) > 1 and misses[number] > ODD * np.median(others)


def _say(run: Run, number: int, misses: np.ndarray, stranger: bool) -> None:
    """Tells which photo it is, how well the head fits it, and what may be wrong with it."""
    result = run.reconstruction
    residual = two_digits(float(np.median(result.fit.views[number].residuals)))
    told = t("reconstruct.miss", residual=residual, percent=two_digits(float(misses[number])))
    lead = f" · {t('reconstruct.leads')}" if len(misses) > 1 and number == 0 else ""
    layout.note(f"{result.photos[number].name} · {told}{lead}")
    if stranger:
        st.warning(t("reconstruct.stranger"), icon=":material/person_alert:")
    elif misfit(run, number, misses):
        st.warning(t("reconstruct.misfit"), icon=":material/rule:")


def _buttons(number: int) -> None:
    """Offers to move a photo towards the front, and to take it out."""
    with st.container(horizontal=True, gap="small"):
        about = {"on_click": state.move_photo, "args": (number,), "disabled": number == 0}
        st.button(t("reconstruct.forward"), icon=":material/arrow_upward:", key=f"photo_forward_{number}", **about)
        about = {"on_click": state.remove_photo, "args": (number,)}
        st.button(t("reconstruct.remove"), icon=":material/delete:", key=f"photo_remove_{number}", **about)


def _strangers(run: Run) -> tuple[int, ...]:
    """Finds the photos that seem to show somebody else; looked for only where the run has that doubt."""
    result = run.reconstruction
    if "two_people" not in result.warnings or len(result.photos) < 3:
        return ()
    shop = cache.workshop()

    def look() -> tuple[int, ...]:
        with shop.lock:
            return strangers(result.photos, result.landmarks, shop.parts.embedder)

    return cache.picture((run.key, "strangers"), look)


def _fitted(run: Run, number: int, cut: Crop) -> np.ndarray:
    """Draws the head over one of the photos."""
    return pictures.fitted_picture(cut, heads.view_mesh(run, number), run.reconstruction.fit.views[number])
