"""The light's part in the fit: the photo, the face under the light that was found, and what that does not explain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, state
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.drawing.maps import NEUTRAL, ramp, value_colours
from facerecon.morphable.fitting import FitStep

SIDE = 380
"""px of each picture"""
MOST = 0.5
"""of the logarithm of the brightness: more has the same colour"""
KINDS = ("photo", "rendered", "residual")


def switch() -> None:
    """Lets the visitor choose whether brightness tells of the shape."""
    st.toggle(
        t("light.control"),
        state.session().photometric,
        key=state.PHOTOMETRIC,
        on_change=state.take_photometric,
        help=t("light.help"),
    )


def code() -> list[Callable[..., object]]:
    """Lists what asked the light, where it was asked."""
    if not state.session().photometric:
        return []
    from facerecon.photometric.evidence import Weigher  # brings torch
    from facerecon.photometric.residuals import Seen

    return [Seen.linearised, Weigher.gather]


def show(run: Run, steps: Sequence[FitStep], index: int, number: int) -> None:
    """Shows a step's light in one of the photos; before light is asked, from which step on it is."""
    asked = [place for place, step in enumerate(steps) if "photometric" in step.cost]
    if not asked:
        return
    if index < asked[0]:
        layout.caption("light.later", step=asked[0])
        return
    found = cache.picture((run.key, "light", index, number), lambda: _pictures(run, steps[index], number))
    for column, kind, image in zip(st.columns(3, gap="small"), KINDS, found, strict=True):
        with column:
            st.image(image, width="stretch", alt=t(f"light.{kind}"))
            layout.caption(f"light.{kind}")
    darker, brighter = (f"{100 * abs(np.expm1(most)):.0f}" for most in (-MOST, MOST))
    st.html(
        f'<p class="legend ramp"><em>{t("light.darker", percent=darker)}</em>'
        f'<img src="{data_uri(ramp((160, 12), diverging=True))}" alt="">'
        f"<em>{t('light.brighter', percent=brighter)}</em></p>"
    )
    step = steps[index]
    unexplained = 100 * (np.exp(step.spread) - 1)
    layout.numbers(
        [
            (t("light.spread"), two_digits(float(unexplained)), "%"),
            (t("light.places"), str(step.places), ""),
        ]
    )


def _pictures(run: Run, step: FitStep, number: int) -> tuple[np.ndarray, ...]:
    """Draws the photo, the rendered face over it, and what is left of the brightness."""
    from facerecon.photometric.picture import compare  # brings torch

    found = compare(cache.workshop().parts.head, run.reconstruction.photos[number], step, number, SIDE)
    colours = value_colours(found.residual.ravel(), (-MOST, MOST), diverging=True).reshape(SIDE, SIDE, 3)
    left = np.where(found.covered[..., None] > 0.5, colours, NEUTRAL)
    return found.photo, found.rendered, left.astype(np.uint8)
