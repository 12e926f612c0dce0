"""The place where films are shown: a PyVista scene in the viewer's frame, and what joins frame and page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit import runtime

from facerecon.app import heads, viewer
from facerecon.app.registration.film import Film
from facerecon.app.texts import t
from facerecon.core.types import PointCloud
from facerecon.drawing.theme import ACCENT, STILL, rgb

if TYPE_CHECKING:
    from pyvista import Plotter

HEIGHT = 560
"""px of the frame."""
STATE = "stepped"
"""Name of the link's one state: `{digest, step, turn}`."""
LINK = "link"
"""Beginning of the link's key; its end is that of the frame."""


def show_film(key: str, shown: Film, panels: int) -> int:
    """Shows a film, and gives the step at which the visitor is: the last one until told otherwise.

    The frame is exported once for each number of panels; films are handed to it, so that it never loads again and the
    camera stays where it is.

    Args:
        key: of the frame.
        shown: what it plays.
        panels: how many pictures stand side by side.
    """

    def scenes(names: Sequence[str]) -> Mapping[str, Plotter]:
        from facerecon.drawing.cloud_scene import Panel, cloud_scene

        # Any few points do: the film brings its own, and the camera is set for a head.
        corners = np.array(np.meshgrid([-70.0, 70.0], [-150.0, 118.0], [-50.0, 40.0])).reshape(3, -1).T
        some = PointCloud(corners, np.tile([0.0, 0.0, 1.0], (len(corners), 1)))
        empty = Panel(some, np.full(len(corners), np.nan), np.stack([corners, corners], axis=1))
        size = (heads.WIDTH, HEIGHT)
        return {name: cloud_scene(some, [empty] * panels, size) for name in names}

    look = viewer.Look(azimuth=24.0, elevation=6.0)
    heads.show_scenes(key, f"film/{panels}", ["points"], scenes, look, HEIGHT, extra())
    return _link(key, shown)


def jump(key: str, shown: Film, step: int) -> None:
    """Moves the film in a frame to a step."""
    told = _told(key)
    turn = max(told.get("turn", 0), _jumped(key).get("turn", 0)) + 1
    st.session_state[f"{LINK}_jump_{key}"] = {"digest": shown.digest, "step": step, "turn": turn}


def extra() -> viewer.Extra:
    """Writes what the frame needs to play films, in the visitor's language."""
    from facerecon.drawing.cloud_scene import residual_palette

    words = {name: t(f"clouds.{name}") for name in ("play", "pause", "control")}
    words |= {name: t(f"clouds.frame_{name}", **_holes(name)) for name in ("step", "left")}
    words |= {"palette": base64.b64encode(residual_palette().tobytes()).decode("ascii"), "clay": rgb(STILL)}
    folder = files("facerecon.app.registration")
    told = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    script = folder.joinpath("film.js").read_text("utf-8").replace("WORDS;", f"{told};", 1)
    style = folder.joinpath("film.css").read_text("utf-8").replace("ACCENT", ACCENT.dark)
    return viewer.Extra(script, style)


def _holes(name: str) -> dict[str, str]:
    """Leaves the placeholders of a text in place: the frame fills them."""
    return {hole: f"{{{hole}}}" for hole in {"step": ("step", "count"), "left": ("degrees", "mm")}[name]}


def _link(key: str, shown: Film) -> int:
    """Mounts the link, and gives the present step."""
    last = shown.steps - 1
    told, jumped = _told(key), _jumped(key)
    step, turn = last, told.get("turn", 0)
    if told.get("digest") == shown.digest:
        step = told["step"]
    if jumped.get("digest") == shown.digest and jumped["turn"] > turn:
        step, turn = jumped["step"], jumped["turn"]
    step = min(max(int(step), 0), last)
    data = {"frame": key, "digest": shown.digest, "url": _url(key, shown), "step": step, "turn": turn}
    _component()(key=f"{LINK}_{key}", data=data, default={STATE: {}}, on_stepped_change=lambda: None)
    return step


def _told(key: str) -> dict[str, Any]:
    """Gives what the browser said last."""
    return (st.session_state.get(f"{LINK}_{key}") or {}).get(STATE) or {}


def _jumped(key: str) -> dict[str, Any]:
    """Gives where the page asked to jump last."""
    return st.session_state.get(f"{LINK}_jump_{key}") or {}


def _url(key: str, shown: Film) -> str:
    """Hands a film to Streamlit's own store of media, as `st.image` does, and gives its link."""
    place = hashlib.sha256(key.encode()).hexdigest()[:16]
    return runtime.get_instance().media_file_mgr.add(shown.content, "application/json", f"film-{place}")


@cache
def _component() -> Callable[..., Any]:
    """Registers the link, once."""
    script = files("facerecon.app.registration").joinpath("link.js").read_text("utf-8")
    return st.components.v2.component("facerecon.film_link", html="<span hidden></span>", js=script)
