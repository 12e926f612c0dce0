"""The component that relights: photo, albedo, and the head under a light that the visitor turns, in the browser."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from functools import cache as once
from importlib.resources import files
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit import runtime

from facerecon.app import cache, layout, messages
from facerecon.app.cache import Run
from facerecon.app.texts import t
from facerecon.app.thumbnails import portrait_camera
from facerecon.drawing.environments import ENVIRONMENTS
from facerecon.drawing.relight import plates, seen_light
from facerecon.drawing.theme import STAGE_3D
from facerecon.geometry.harmonics import CONVOLVED

SIDE = 600
"""px of each picture."""
YAW = np.radians(14)
OWN = "own"
"""The light of the photo itself."""
LIGHTS = ("lamp", "window", "evening", "overcast", OWN)
HTML = '<div class="relight"></div>'
NAMES = ("photo", "albedo", "relit")


def relight(run: Run) -> None:
    """Lets the visitor turn a light around the head; says why where the photo's light is not known."""
    texture = run.reconstruction.texture
    if texture.albedo is None:
        messages.hole("texture.no_light", 240)
        return
    made = cache.picture((run.key, "plates"), lambda: _plates(run))
    chosen = st.segmented_control(
        t("texture.light"),
        LIGHTS,
        default=LIGHTS[0],
        required=True,
        format_func=lambda name: t(f"texture.light_{name}"),
        key="texture_light",
        persist_state="session",
    )
    data = {
        "photo": _link(made["photo"], "photo"),
        "albedo": _link(made["albedo"], "albedo"),
        "normals": _link(made["normals"], "normals"),
        "light": (CONVOLVED[:, None] * (made[OWN] if chosen == OWN else ENVIRONMENTS[chosen])).tolist(),
        "name": f"{run.key}/{chosen}",
        "ground": STAGE_3D,
        "labels": {name: t(f"texture.plate_{name}") for name in NAMES},
        "hint": t("texture.turn_light"),
        "noWebgl": t("texture.no_webgl"),
    }
    _component()(key="texture_relight", data=data)
    layout.caption("texture.relit_note")


def _plates(run: Run) -> dict[str, Any]:
    """Draws the pictures once: PNG files, and the photo's light as the viewer sees it."""
    result = run.reconstruction
    camera, pose = portrait_camera(result.mesh, SIDE, YAW)
    drawn = plates(result.mesh, result.texture, result.part_images, camera, pose)
    known = next(light for light in result.texture.lights if np.isfinite(light).all())
    encoded = {name: _png(getattr(drawn, name)) for name in ("photo", "albedo", "normals")}
    return encoded | {OWN: seen_light(known, pose)}


def _png(image: np.ndarray) -> bytes:
    """Encodes `(H, W, 4)` RGBA uint8 without loss."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=4)
    return file.getvalue()


def _link(content: bytes, name: str) -> str:
    """Hands a picture to Streamlit's own store of media, as `st.image` does, and gives its link."""
    place = hashlib.sha256(f"texture relight {name}".encode()).hexdigest()[:16]
    return runtime.get_instance().media_file_mgr.add(content, "image/png", f"relight-{place}")


@once
def _component() -> Callable[..., Any]:
    """Registers the component, once."""
    folder = files("facerecon.app.texture")
    parts = {kind: folder.joinpath(f"relight.{kind}").read_text("utf-8") for kind in ("css", "js")}
    return st.components.v2.component("facerecon.relight", html=HTML, **parts)
