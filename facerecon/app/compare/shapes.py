"""How two faces differ in shape: their landmarks on each other, and their heads as heat maps with measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout
from facerecon.app.compare.pair import Pair
from facerecon.app.numbers import two_digits
from facerecon.app.pictures import face_picture
from facerecon.app.texts import t
from facerecon.comparison import HeadDifference, compare_heads, compare_landmarks
from facerecon.core.types import Mesh
from facerecon.drawing.comparison import FIRST, SECOND, colour_bar, difference_bars, difference_colours, draw_both
from facerecon.evaluation.known_pairs import head_pairs
from facerecon.geometry.transforms import apply
from facerecon.landmarks.schemes import scheme

if TYPE_CHECKING:
    from pyvista import Plotter

VIEWS = ("difference", "outwards", "first", "second")
LEAST_SCALE = 3
"""mm that the last colour stands for, at least, so that next to nothing does not look like much."""
HEIGHT = 520
"""px of the 3D view."""


def show_heads(pair: Pair) -> None:
    """Shows both heads without expression, laid on each other, and how much they differ where."""
    found = cache.picture((pair.key, "heads"), lambda: _compared(pair))
    st.subheader(t("compare.heads"), anchor=False)
    layout.caption("compare.heads_lead")
    most = max(LEAST_SCALE, int(np.ceil(np.quantile(found.distance[found.face], 0.98))))
    view, measures = st.columns(2, gap="large")
    with view:
        heads.show_scenes(
            "compare", f"{pair.key}/difference", VIEWS, lambda names: _scenes(pair, found, most, names), height=HEIGHT
        )
        bars = colour_bar(t("view.difference"), ["0", f"{most / 2:g}", f"{most} mm"], signed=False)
        bars += colour_bar(t("view.outwards"), [f"−{most}", "0", f"+{most} mm"], signed=True)
        st.html(f'<div class="ramps">{bars}</div>')
        layout.caption("compare.heads_note")
    with measures:
        _show_regions(pair, found)
        _show_size(pair, found)


def _compared(pair: Pair) -> HeadDifference:
    return compare_heads(cache.workshop().parts.head, *(run.reconstruction.fit for run in pair.runs))


def _show_regions(pair: Pair, found: HeadDifference) -> None:
    """Shows the regions' differences beside what two photos of one head differ by, and says which exceed it."""
    regions = {name: region for name, region in found.regions.items() if name != "face"}
    labels = {name: t(f"compare.region_{name}") for name in regions}
    layout.chart(
        difference_bars(
            {labels[name]: region.distance for name, region in regions.items()},
            x_title=t("compare.region_axis"),
            limits={labels[name]: region.limit for name, region in regions.items()},
            mark=t("compare.limit"),
            dark=layout.is_dark(),
        ),
        "compare_regions",
    )
    beyond = [labels[name] for name, region in regions.items() if region.within is False]
    key = "beyond" if beyond else "within" if found.regions["face"].limit else "unknown"
    st.markdown(t(f"compare.{key}", regions=" · ".join(beyond)))
    known = head_pairs(pair.first.reconstruction.head_model)
    if known.limits:
        layout.caption("compare.limit_note", people=known.people)


def _show_size(pair: Pair, found: HeadDifference) -> None:
    """Shows the whole face's difference, and that of size beside what is known of sizes."""
    larger, error = 100 * (found.size - 1), 100 * found.size_error
    layout.numbers(
        [
            (t("compare.mean"), two_digits(found.regions["face"].distance), "mm"),
            (t("compare.most"), two_digits(float(np.quantile(found.distance[found.face], 0.95))), "mm"),
            (t("compare.size"), f"{100 * found.size:.0f} ± {error:.0f}", "%"),
        ]
    )
    layout.caption("compare.size_within" if abs(larger) <= 2 * error else "compare.size_beyond")
    for source in dict.fromkeys(run.reconstruction.fit.scale.source for run in pair.runs):
        layout.caption(f"scale.{source}")


def _scenes(pair: Pair, found: HeadDifference, most: int, names: Sequence[str]) -> Mapping[str, Plotter]:
    """Builds the views of both heads, refined once so that outlines are round."""
    from facerecon.drawing.scene import scene

    parts = cache.workshop().parts
    head, finer = parts.head, parts.refinement(1)
    first, second = (head.shape(run.reconstruction.fit.identity) for run in pair.runs)
    second = apply(found.first_from_second, second)
    meshes = [replace(finer.mesh, vertices=finer.matrix @ vertices) for vertices in (first, second)]

    def coloured(values: np.ndarray, signed: bool) -> Plotter:
        fields = np.zeros((2, len(head.mean)))
        fields[:, : head.skin_vertices] = values, found.face
        shown, measured = (finer.matrix @ field for field in fields)
        colours = difference_colours(shown, measured, most, signed)
        return scene(meshes[0], style="colours", colours=colours, window_size=(heads.WIDTH, HEIGHT))

    def clay(mesh: Mesh) -> Plotter:
        return scene(mesh, style="clay", window_size=(heads.WIDTH, HEIGHT))

    make = {
        "difference": lambda: coloured(found.distance, signed=False),
        "outwards": lambda: coloured(found.outwards, signed=True),
        "first": lambda: clay(meshes[0]),
        "second": lambda: clay(meshes[1]),
    }
    return {name: make[name]() for name in names}


def show_landmarks(pair: Pair) -> None:
    """Shows the landmarks of both photos on each other, and how much each part of the face differs."""
    first, second = (run.reconstruction.landmarks[0] for run in pair.runs)
    found = compare_landmarks(first, second)
    st.subheader(t("compare.landmarks"), anchor=False)
    left, right = st.columns([5, 7], gap="large")

    def draw() -> np.ndarray:
        cut = face_picture(pair.first.reconstruction, 0)
        points = (cut.to_crop(points) for points in (first.points, found.moved))
        return draw_both(cut.image, *points, scheme(first.scheme).connections)

    with left:
        picture = cache.picture((pair.key, "landmarks"), draw)
        st.image(picture, width="stretch", alt=t("compare.landmarks_alt"))
        layout.legend([(FIRST.dark, t("compare.first")), (SECOND.dark, t("compare.second"))])
    with right:
        layout.chart(
            difference_bars(
                {t(f"compare.part_{part}"): percent for part, percent in found.parts.items()},
                x_title=t("compare.landmarks_axis"),
                dark=layout.is_dark(),
            ),
            "compare_landmarks",
        )
        layout.caption("compare.landmarks_note")
