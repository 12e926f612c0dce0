"""What the Mesh page shows: five meshes beside each other, one of them in space, its measures before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app import cache, heads, layout
from facerecon.app.cache import Run
from facerecon.app.mesh import bench
from facerecon.app.mesh.bench import Worked
from facerecon.app.numbers import duration, two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri, portrait_camera
from facerecon.app.viewer import Look
from facerecon.core.types import Mesh
from facerecon.drawing.mesh_figures import before_after, curvature_colours
from facerecon.drawing.render import render
from facerecon.drawing.theme import QUIET, STAGES
from facerecon.mesh import BUILDERS
from facerecon.mesh.report import MeshReport

if TYPE_CHECKING:
    from pyvista import Plotter

SIDE = 400
"""px of a small picture."""
TURN = np.radians(-24)
DENSE, TILE_DENSE = 24_000, 12_000
"""Triangles above which edges hide the surface, in space and in a small picture: it is shown as clay."""


def dress() -> None:
    """Brings the page's style sheet in."""
    st.html(f"<style>{files('facerecon.app.mesh').joinpath('style.css').read_text('utf-8')}</style>")


def side_by_side(run: Run) -> None:
    """Shows the head as every builder makes it, all from one place."""
    cells = []
    for name in BUILDERS:
        made, label = bench.built(run, name), escape(t(f"mesh.builder_{name}"))
        if made.mesh is None:
            cells.append(
                f"<figure><div>{escape(t(f'advice.{made.advice}'))}</div><figcaption>{label}</figcaption></figure>"
            )
            continue
        link = cache.picture((run.key, "mesh_tile", name), lambda mesh=made.mesh: data_uri(_tile(run, mesh)))
        told = escape(t("mesh.tile", triangles=f"{len(made.mesh.triangles):,}"))
        cells.append(
            f'<figure><img src="{link}" alt="{label}"><figcaption>{label}<small>{told}</small></figcaption></figure>'
        )
    st.html(f'<div class="five-meshes">{"".join(cells)}</div>')
    layout.caption("mesh.five")


def _tile(run: Run, mesh: Mesh) -> np.ndarray:
    camera, pose = portrait_camera(bench.source(run).head, SIDE, TURN)
    return render(mesh, camera, pose, style="wireframe" if len(mesh.triangles) < TILE_DENSE else "clay")


def show_space(run: Run, made: Worked) -> None:
    """Shows a mesh after a tool, and as it was before."""
    as_clay = made.job.tool == "smooth" or len(made.after.triangles) > DENSE
    views = [*(("clay", "wireframe") if as_clay else ("wireframe", "clay")), "curvature", "before"]
    views += ["textured"] if made.textured else []

    def scenes(names: Sequence[str]) -> Mapping[str, Plotter]:
        from facerecon.drawing.scene import scene

        result = run.reconstruction
        dress = {"texture": result.texture, "part_images": result.part_images}
        size = {"window_size": (heads.WIDTH, layout.PICTURE_HEIGHT)}
        colours = curvature_colours(made.reports[1].curvature.mean)
        given = {
            "wireframe": lambda: scene(made.after, style="wireframe", **size),
            "clay": lambda: scene(made.after, style="clay", **size),
            "curvature": lambda: scene(made.after, style="colours", colours=colours, **size),
            "textured": lambda: scene(made.after, **dress, **size),
            "before": lambda: scene(made.before, style=views[0], **size),
        }
        return {name: given[name]() for name in names}

    heads.show_scenes("mesh", repr(made.key), views, scenes, Look(azimuth=-18.0), layout.PICTURE_HEIGHT)


def numbers(made: Worked) -> None:
    """Shows the numbers that decide; of what is refined by error, how far it is off."""
    before, after = made.reports
    share = 100 * after.triangles / before.triangles
    told = [
        (t("mesh.away"), two_digits(float(made.away.mean())), "mm"),
        (t("mesh.farthest"), two_digits(float(made.away.max())), "mm"),
    ]
    if made.missed:
        told = [(t("mesh.missed"), " → ".join(map(two_digits, made.missed)), "mm")]
    layout.numbers(
        [
            (t("mesh.triangles"), f"{after.triangles:,}", f"{share:.0f} %"),
            *told,
            (t("mesh.angle"), two_digits(float(np.median(after.smallest_angle))), "°"),
            (t("number.time"), *duration(made.milliseconds)),
        ]
    )


def table(made: Worked) -> None:
    """Shows the measures of a mesh before and after a tool."""
    head = ("", "triangles", "edge", "aspect", "volume", "euler", "borders", "forks", "miswound", "crossings", "closed")
    tones = (QUIET.on(layout.is_dark()), STAGES["mesh"].on(layout.is_dark()))
    rows = [
        (tone, [t(f"mesh.{name}"), *_cells(report)])
        for name, tone, report in zip(("before", "after"), tones, made.reports, strict=True)
    ]
    layout.table([t(f"mesh.row_{name}") if name else "" for name in head], rows)
    euler = made.reports[1]
    layout.caption(
        "mesh.euler_sum", v=f"{euler.vertices:,}", e=f"{euler.edges:,}", f=f"{euler.triangles:,}", x=f"{euler.euler}"
    )


def _cells(report: MeshReport) -> list[str]:
    return [
        f"{report.triangles:,}",
        f"{two_digits(report.edge_length)} mm",
        two_digits(float(np.median(report.aspect))),
        f"{report.volume / 1e6:.3f} l",
        f"{report.euler}",
        f"{report.borders}",
        f"{report.forks + report.pinches}",
        f"{report.miswound}",
        f"{report.crossings:,}",
        t("mesh.yes") if report.watertight else t("mesh.no"),
    ]


def plots(made: Worked) -> None:
    """Shows how angles and curvatures are spread, before and after."""
    names = (t("mesh.before"), t("mesh.after"))
    both = {"names": names, "y_title": t("mesh.share_axis"), "dark": layout.is_dark()}
    before, after = made.reports
    for column, figure, key in zip(
        st.columns(2, gap="large"),
        (
            before_after(before.smallest_angle, after.smallest_angle, (0, 60), x_title=t("mesh.angle_axis"), **both),
            before_after(
                before.curvature.mean, after.curvature.mean, (-0.2, 0.2), x_title=t("mesh.curvature_axis"), **both
            ),
        ),
        ("angles", "curvatures"),
        strict=True,
    ):
        with column:
            layout.chart(figure, f"mesh_{key}")
