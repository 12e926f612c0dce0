"""Meet the model: sliders on its first modes and a few expressions, what each mode does, and the visitor's own face."""

from __future__ import annotations

import time
from html import escape
from importlib.resources import files

import numpy as np
import streamlit as st
from scipy.stats import chi2

from facerecon.app import cache, layout, state
from facerecon.app.cache import Run
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, jpeg, portrait, portrait_camera
from facerecon.core.types import Mesh
from facerecon.drawing.render import render
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.normal_equations import LARGEST_IDENTITY

MODES, SHOWN = 6, 3.0
"""Sliders, and the standard deviations of the pictures beside the mean."""
EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "jaw": ("jawOpen",),
    "pucker": ("mouthPucker",),
    "brows": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
}
"""What a slider moves, by its text's key."""
SIDE, SMALL = 460, 200
"""px of a picture of the head, and of a mode."""
TURNS = (0.0, np.radians(40))


def meet(run: Run) -> None:
    """Shows the model; it opens with the face that was fitted."""
    head = cache.workshop().parts.head
    count = min(MODES, len(head.identity_basis))
    if not count:
        layout.caption("modes.rigid")
        return
    if state.session().met != run.key:
        state.session().met = run.key
        _take(run.reconstruction.fit.identity, count)
    layout.caption("modes.about")
    _play(run, head, count)
    st.subheader(t("modes.what"), anchor=False)
    layout.caption("modes.what_about", spread=f"{SHOWN:g}")
    _gallery(head, count)


@st.fragment
def _play(run: Run, head: FaceModel, count: int) -> None:
    """Shows the head that the sliders make; only this part of the page runs again when one moves."""
    picture, sliders = st.columns([7, 5], gap="large")
    with sliders:
        _presets(run, head, count)
        for mode in range(count):
            label = t("modes.mode", number=mode + 1, percent=f"{100 * shares(head)[mode]:.0f}")
            about = {"step": 0.1, "format": "%.1f σ", "key": _mode(mode), "persist_state": "session"}
            st.slider(label, -LARGEST_IDENTITY, LARGEST_IDENTITY, **about)
    if len(head.expression_names):
        for column, name in zip(st.columns(len(EXPRESSIONS), gap="medium"), EXPRESSIONS, strict=True):
            about = {"step": 0.05, "key": _expression(name), "persist_state": "session"}
            column.slider(t(f"modes.expression_{name}"), 0.0, 1.0, **about)
    identity, expression = chosen(head, count)
    start = time.perf_counter()
    vertices = head.shape(identity, expression)
    mesh = head.mesh(vertices)
    image = jpeg(_drawn(mesh))
    taken = (time.perf_counter() - start) * 1000
    with picture:
        st.image(image, width="stretch", alt=t("modes.alt"))
        layout.caption("modes.rest" if np.any(identity[count:]) else "modes.no_rest", count=len(identity) - count)
        _numbers(head, identity, taken)


def _drawn(mesh: Mesh) -> np.ndarray:
    """Draws a head from two sides, quickly: a browser shows it smaller, which smooths its edges."""
    cameras = [portrait_camera(mesh, SIDE, turn) for turn in TURNS]
    return np.hstack([render(mesh, camera, pose, style="clay", supersample=1) for camera, pose in cameras])


def _presets(run: Run, head: FaceModel, count: int) -> None:
    size = len(head.identity_basis)
    drawn = np.random.default_rng(state.session().drawn).normal(size=size).clip(-LARGEST_IDENTITY, LARGEST_IDENTITY)
    entries = {
        "yours": (":material/face:", run.reconstruction.fit.identity),
        "mean": (":material/restart_alt:", np.zeros(size)),
        "random": (":material/casino:", drawn),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (icon, identity) in entries.items():
            st.button(t(f"modes.{name}"), icon=icon, key=f"modes_{name}", on_click=_take, args=(identity, count))


def _take(identity: np.ndarray, count: int) -> None:
    """Puts the sliders to an identity, at rest; what they do not hold is kept beside them."""
    current = state.session()
    current.rest, current.drawn = np.array(identity[count:]), current.drawn + 1
    for mode in range(count):
        st.session_state[_mode(mode)] = round(float(identity[mode]), 1)
    for name in EXPRESSIONS:
        st.session_state[_expression(name)] = 0.0


def chosen(head: FaceModel, count: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Gives what the sliders say: identity `(I,)` and expression `(E,)`, or None for a head without."""
    identity = np.zeros(len(head.identity_basis))
    identity[:count] = [st.session_state[_mode(mode)] for mode in range(count)]
    rest = state.session().rest
    if rest is not None and len(rest) == len(identity) - count:
        identity[count:] = rest
    if not len(head.expression_names):
        return identity, None
    expression = np.zeros(len(head.expression_names))
    for name, units in EXPRESSIONS.items():
        rows = [head.expression_names.index(unit) for unit in units]
        expression[rows] = st.session_state[_expression(name)]
    return identity, expression


def _mode(number: int) -> str:
    return f"model_mode_{number}"


def _expression(name: str) -> str:
    return f"model_expression_{name}"


def shares(head: FaceModel) -> np.ndarray:
    """Gives which share of all variance of the skin each mode has, `(I,)`."""
    skin = head.identity_basis[:, : head.skin_vertices]
    variance = np.einsum("ivc,ivc->i", skin, skin, dtype=np.float64)
    return variance / variance.sum()


def nearer(identity: np.ndarray) -> float:
    """Gives the share of the prior's heads that lie nearer to the mean: |α|² of `(I,)` is a χ² of I degrees."""
    return float(chi2.cdf(identity @ identity, len(identity)))


def _numbers(head: FaceModel, identity: np.ndarray, taken: float) -> None:
    face = head.face_region > 0.5
    moved = np.linalg.norm((head.shape(identity) - head.mean)[face], axis=1)
    layout.numbers(
        [
            (t("prior.away"), two_digits(float(np.sqrt(np.mean(identity**2)))), "σ"),
            (t("modes.moved"), two_digits(float(moved.max())), "mm"),
            (t("modes.nearer"), f"{100 * nearer(identity):.0f}", "%"),
            (t("number.time"), *duration(taken)),
        ]
    )
    layout.caption("modes.nearer_about")


def _gallery(head: FaceModel, count: int) -> None:
    """Shows the mean head, and what each mode makes of it in both directions."""

    def tile(mode: int, sign: int) -> str:
        identity = np.zeros(len(head.identity_basis))
        identity[mode] = sign * SHOWN
        return data_uri(portrait(head.mesh(head.shape(identity)), SMALL, "clay"))

    cells = []
    for mode in range(count):
        links = [
            cache.picture((head.name, "mode", mode, sign), lambda m=mode, s=sign: tile(m, s)) for sign in (1, 0, -1)
        ]
        told = (f"+{SHOWN:g} σ", t("modes.the_mean"), f"−{SHOWN:g} σ")
        label = escape(t("modes.mode", number=mode + 1, percent=f"{100 * shares(head)[mode]:.0f}"))
        pictures = "".join(
            f'<div><img src="{link}" alt="{label}, {escape(text)}"><small>{escape(text)}</small></div>'
            for link, text in zip(links, told, strict=True)
        )
        cells.append(f"<figure><figcaption>{label}</figcaption>{pictures}</figure>")
    style = files("facerecon.app.registration").joinpath("modes.css").read_text("utf-8")
    st.html(f'<style>{style}</style><div class="modes">{"".join(cells)}</div>')
