"""What is taken along: the head with its film; and the numbers of the page."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.head_viewer.content import content
from facerecon.app.numbers import size, two_digits
from facerecon.app.texts import t
from facerecon.core.track import Track
from facerecon.export.animation import animated_glb

STILL = 0.1
"""mm: a vertex that no expression moves farther counts as still."""


def offer(run: Run, track: Track | None, turn: int) -> None:
    """Shows the button for the GLB that moves, once the visitor has sent a film from the line of time.

    Args:
        run: whose head.
        track: the film, or None.
        turn: counts what was sent.
    """
    if track is None:
        layout.caption("expressions.take_hint")
        return
    told = hashlib.sha256(track.times.tobytes() + track.weights.tobytes()).hexdigest()
    with st.spinner(t("expressions.preparing")):
        made = cache.file((run.key, "film", told), lambda: animated_glb(run.reconstruction, track))
    st.download_button(
        f"{t('expressions.take')} · {' '.join(size(len(made)))}",
        made,
        file_name="head-animated.glb",
        mime="model/gltf-binary",
        icon=":material/download:",
        on_click="ignore",
        key=f"take_{turn}",
    )
    layout.caption("expressions.taken", keys=len(track.times), seconds=two_digits(track.seconds))


def numbers(run: Run) -> None:
    """Shows how much moves: expressions, vertices, the farthest way, and what was sent to the browser."""
    head = run.reconstruction
    farthest, moving = cache.picture((run.key, "moves"), lambda: _moves(head.morphs))
    shown = content(run)
    layout.numbers(
        [
            (t("model.expressions"), str(len(head.morphs)), ""),
            (t("mesh.triangles"), f"{shown.triangles:,}", ""),
            (t("expressions.moving"), two_digits(100 * moving), "%"),
            (t("expressions.farthest"), two_digits(farthest), "mm"),
            (t("expressions.sent"), *size(len(shown.glb))),
        ]
    )
    layout.caption(f"scale.{head.fit.scale.source}")


def _moves(morphs: np.ndarray) -> tuple[float, float]:
    """Measures the farthest way of a vertex under one whole expression, mm, and the share of vertices that move."""
    if not len(morphs):
        return 0.0, 0.0
    ways = np.linalg.norm(morphs, axis=2)
    return float(ways.max()), float((ways.max(axis=0) > STILL).mean())
