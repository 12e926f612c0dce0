"""The head, on whichever page shows it: in the 3D view, or as the mesh behind a photo or a step of the fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import cache, certainty, messages, preload, viewer
from facerecon.app.cache import Run
from facerecon.core.types import Mesh, Texture
from facerecon.morphable.fitting import FitStep

if TYPE_CHECKING:
    from pyvista import Plotter

WIDTH = 800
"""px of the window for which a head is framed; the frame in the page may be wider or narrower."""


def show_head(run: Run, key: str, views: Sequence[str], look: viewer.Look | None = None, height: int = 560) -> None:
    """Shows a run's head.

    Args:
        run: whose head.
        key: of the frame.
        views: styles of `drawing.scene`, or `certainty.VIEW`; the first opens.
        look: how it opens.
        height: px.
    """
    result = run.reconstruction

    def scenes(names: Sequence[str]) -> Mapping[str, Plotter]:
        from facerecon.drawing.scene import scene

        dress = {"texture": result.texture, "part_images": result.part_images, "window_size": (WIDTH, height)}
        coloured = {"style": "colours", "colours": certainty.colours(result), **dress}
        return {n: scene(result.mesh, **(coloured if n == certainty.VIEW else {"style": n, **dress})) for n in names}

    views = [name for name in views if name != certainty.VIEW or result.fit.std is not None]
    show_scenes(key, run.key, views, scenes, look, height)


def view_mesh(run: Run, number: int) -> Mesh:
    """Builds the head with the expression of one of the photos."""
    fit = run.reconstruction.fit
    head = cache.workshop().parts.head
    return head.mesh(head.shape(fit.identity, fit.views[number].expression))


def step_mesh(step: FitStep, number: int) -> Mesh:
    """Builds the head as it is at a step of the fit, with the expression of one of the photos."""
    head = cache.workshop().parts.head
    return head.mesh(head.shape(step.identity, step.views[number].expression))


def face_of(run: Run) -> tuple[Mesh, np.ndarray, Texture]:
    """Gives the coarse head, `(V,)` in [0, 1] how much each of its vertices belongs to the face, and its texture."""
    coarse = run.of("mesh")[0].value
    return coarse, cache.workshop().parts.head.face_region, run.reconstruction.texture


def show_scenes(
    key: str,
    digest: str,
    views: Sequence[str],
    scenes: Callable[[Sequence[str]], Mapping[str, Plotter]],
    look: viewer.Look | None = None,
    height: int = 560,
    extra: viewer.Extra = viewer.PLAIN,
) -> None:
    """Shows scenes, as `viewer.show` does, or in their place what is wrong."""
    with st.container(key=f"viewer_{key}"):
        try:
            preload.start().result(viewer.SECONDS)
            viewer.show(key, digest, views, scenes, look or viewer.Look(), height, extra)
        except (viewer.ViewerError, TimeoutError):
            messages.hole("advice.viewer", height)
