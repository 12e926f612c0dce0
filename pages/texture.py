"""Texture: the photo laid on the head, and which of its texels are measured, mirrored or guessed."""

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout, pictures, state
from facerecon.app.code import show_code
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.drawing.maps import provenance_picture, uv_picture
from facerecon.drawing.theme import PROVENANCE
from facerecon.texture import bake

KINDS = ("texture", "provenance", "layout")
NAMES = ("seen", "mirrored", "filled")
SIZES = (512, 1024, 2048)

run = layout.begin("texture", "texture")
result = run.reconstruction
texture = result.texture

before, after = st.columns([5, 7], gap="large")
with before:
    st.image(
        cache.picture((run.key, "cut"), lambda: pictures.face_picture(result, 0).image),
        width="stretch",
        alt=t("strip.alt_photo"),
    )
    layout.caption("strip.alt_photo")
    kind = st.segmented_control(
        t("texture.control"),
        KINDS,
        default=KINDS[0],
        required=True,
        format_func=lambda name: t(f"texture.kind_{name}"),
        key="texture_kind",
        persist_state="session",
    )
    st.segmented_control(
        t("texture.size"),
        SIZES,
        default=state.session().texture_size,
        required=True,
        format_func=lambda side: f"{side} px",
        key=state.TEXTURE_SIZE,
        on_change=state.take_texture_size,
    )


def flat() -> np.ndarray:
    """Draws the square that was asked for."""
    if kind == "provenance":
        return provenance_picture(texture.provenance, texture.image)
    if kind == "layout":
        return uv_picture(run.of("mesh")[0].value, 1024, texture.image)
    return texture.image


with after:
    square = cache.picture((run.key, "flat", kind), lambda: pictures.reduced(flat(), 1024))
    st.image(square, width="stretch", alt=t("strip.alt_texture"))
    layout.caption(f"texture.caption_{kind}", size=texture.image.shape[0])
    if kind == "provenance":
        layout.legend((tone.dark, t(f"texture.{name}")) for tone, name in zip(PROVENANCE, NAMES, strict=True))

shares = cache.picture((run.key, "shares"), lambda: pictures.provenance_shares(*heads.face_of(run)))
layout.numbers(
    [
        *((t(f"texture.{name}"), two_digits(100 * share), "%") for name, share in zip(NAMES, shares, strict=True)),
        (t("texture.size"), str(texture.image.shape[0]), "px"),
        layout.stage_time(run, "texture"),
    ]
)
layout.caption("texture.of_face")
layout.lesson("texture")
show_code(bake)
