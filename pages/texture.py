"""Texture: the photo laid on the head, the light taken out of it, and what is measured, mirrored or guessed."""

import streamlit as st

from facerecon.app import cache, heads, layout, pictures, state
from facerecon.app.code import show_code
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.texture import square
from facerecon.app.texture.relight import relight
from facerecon.app.texture.slips import slips
from facerecon.drawing.theme import PROVENANCE
from facerecon.geometry.harmonics import irradiance
from facerecon.texture import bake
from facerecon.texture.fuse import fuse
from facerecon.texture.light import estimate_light
from facerecon.texture.slip import find_slip, straightened

KINDS = ("texture", "albedo", "provenance", "layout")
NAMES = ("seen", "mirrored", "filled")
SIZES = (512, 1024, 2048, 4096)

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
    st.segmented_control(
        t("texture.size"),
        SIZES,
        default=state.session().texture_size,
        required=True,
        format_func=lambda side: f"{side} px",
        key=state.TEXTURE_SIZE,
        on_change=state.take_texture_size,
    )
with after:
    kind = st.segmented_control(
        t("texture.control"),
        [name for name in KINDS if name != "albedo" or texture.albedo is not None],
        default=KINDS[0],
        required=True,
        format_func=lambda name: t(f"texture.kind_{name}"),
        key="texture_kind",
        persist_state="session",
    )
    st.image(square.picture(run, kind), width="stretch", alt=t("strip.alt_texture"))
    layout.caption(f"texture.caption_{kind}", size=texture.image.shape[0])
    if kind == "provenance":
        layout.legend((tone.dark, t(f"texture.{name}")) for tone, name in zip(PROVENANCE, NAMES, strict=True))

relight(run)

shares = cache.picture((run.key, "shares"), lambda: pictures.provenance_shares(*heads.face_of(run)))
seam, beside = square.seam(run)
layout.numbers(
    [
        *((t(f"texture.{name}"), two_digits(100 * share), "%") for name, share in zip(NAMES, shares, strict=True)),
        (t("texture.size"), str(texture.image.shape[0]), "px"),
        (t("texture.seam"), two_digits(seam), "ΔE"),
        layout.stage_time(run, "texture"),
    ]
)
layout.caption("texture.of_face")
layout.caption("texture.seam_note", beside=two_digits(beside))
slips(run)
layout.lesson("texture")
show_code(bake, find_slip, straightened, fuse, estimate_light, irradiance)
