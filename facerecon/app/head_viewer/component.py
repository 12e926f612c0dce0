"""The viewer of a head in the browser: what it is told, and the component that shows it.

The head is sent once, as a GLB with its face at rest, under a link that names its content; a second run of the page
sends nothing, and the camera stays. The browser bends, lights and cuts the head without asking the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st
from streamlit import runtime

from facerecon.app import state
from facerecon.app.head_viewer.content import Content
from facerecon.app.head_viewer.legends import legends
from facerecon.app.numbers import size
from facerecon.app.texts import t
from facerecon.core.errors import SettingsError
from facerecon.core.material import BLOOD, FILM, Material

THREE = "app/static/three/three.min.js"
"""Made by scripts/three/build.sh."""
SCRIPTS = ("parts", "fineness", "stage", "head", "inspect", "track", "express", "main")
"""Joined in this order."""
HTML = (
    '<div class="head3d"><div class="stage"><div class="back"><svg aria-hidden="true"><path/></svg></div></div>'
    '<div class="beside"></div><div class="drawer"></div></div>'
)
LABELS = (
    *("head", "loading", "no_webgl", "views", "turn", "reset", "shot", "full", "fps", "light", "light_hint", "power"),
    *("ground", "ground_dark", "ground_grey", "ground_paper", "ground_black", "section", "section_at", "whole"),
    *("cut_x", "cut_y", "cut_z", "marks", "points", "over", "over_photo", "over_alt", "opacity", "outline"),
    *("skin", "skin_reset", "roughness", "specular", "clearcoat", "tint"),
)
PLAYER_LABELS = ("worn", "strength", "play", "pause", "time", "key", "clear", "send")


def head_viewer(key: str, content: Content, *, height: int = 640, turn: bool = False) -> None:
    """Shows a head to inspect, and remembers how the visitor sets the skin's surface.

    Args:
        key: of the component; the same key keeps its camera.
        content: of the head.
        height: px of the picture.
        turn: whether it turns by itself until it is touched.
    """
    data = told(key, content, content.looks) | {"height": height, "turn": turn}
    answer = _component()(key=_spoken(key), data=data, default={"material": None}, on_material_change=lambda: None)
    state.session().material = material_from(answer["material"]) or state.session().material


def head_player(key: str, content: Content, express: Mapping[str, Any], *, height: int = 600) -> Mapping[str, Any]:
    """Shows a head with sliders for its expressions, and a line of time to record them on.

    Args:
        key: of the component; the same key keeps its camera and its sliders.
        content: of the head.
        express: `groups`, `presets` and the rest of what express.js reads.
        height: px of the picture.

    Returns:
        The track that the visitor last sent: `turn` (0: none was), `times`, `weights`, as the browser told it.
    """
    data = told(key, content, ("textured", "clay", "wireframe", "normals"))
    data["labels"] |= _labels(PLAYER_LABELS)
    none = {"turn": 0, "times": [], "weights": []}
    answer = _component()(
        key=_spoken(key),
        data=data | {"height": height, "turn": False, "express": dict(express)},
        default={"track": none},
        on_track_change=lambda: None,
    )
    return answer["track"] or none


def material_from(told: Mapping[str, Any] | None) -> Material | None:
    """Reads the surface that a browser sent; None where there is none, or it is not one."""
    try:
        return told and Material(**told)
    except (SettingsError, TypeError, ValueError):
        return None


def _spoken(key: str) -> str:
    """Names a component anew in each language, since it writes its labels once."""
    return f"{key}_{state.language()}"


def told(key: str, content: Content, looks: Sequence[str]) -> dict[str, Any]:
    """Writes down what the browser must know of a head; its files get links."""
    link = Links(key)
    return {
        "three": THREE,
        "place": key,
        "digest": content.digest,
        "glb": link.to(content.glb, "model/gltf-binary"),
        "layers": {"names": list(content.layers), "url": link.to(content.layer_bytes, "application/octet-stream")},
        "pictures": {name: link.to(picture, kind) for name, (picture, kind) in content.pictures.items()},
        "photos": [photo.told(link.to(photo.jpeg, "image/jpeg")) for photo in content.photos],
        "skin": asdict(state.session().material) | {"film": FILM, "blood": BLOOD, "plain": asdict(Material())},
        "names": list(content.names),
        "worn": content.worn,
        "pins": content.pins,
        "legends": legends(content),
        "views": [(name, t(f"view.{name}")) for name in looks],
        "labels": _labels(LABELS)
        | {"readout": t("head3d.readout", triangles=f"{content.triangles:,}", size=" ".join(size(len(content.glb))))},
    }


def _labels(names: Sequence[str]) -> dict[str, str]:
    return {name: t(f"head3d.{name}") for name in names}


class Links:
    """Hands files to Streamlit's own store of media, as `st.image` does."""

    def __init__(self, key: str):
        self._key, self._count = key, 0

    def to(self, content: bytes, kind: str) -> str:
        """Gives a file's link; the store forgets those that a run of the page did not ask for."""
        self._count += 1
        place = hashlib.sha256(f"{self._key} {self._count}".encode()).hexdigest()[:16]
        return runtime.get_instance().media_file_mgr.add(content, kind, f"head-{place}") if content else ""


@cache
def _component() -> Callable[..., Any]:
    """Registers the component, once."""
    folder = files("facerecon.app.head_viewer")
    script = "\n".join(folder.joinpath(f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    style = folder.joinpath("style.css").read_text("utf-8")
    return st.components.v2.component("facerecon.head", html=HTML, css=style, js=script)
