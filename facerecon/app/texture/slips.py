"""What two photos disagree about: how far the second one slips, and the texture without and with its correction."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.cache import Run
from facerecon.app.numbers import two_digits
from facerecon.app.pictures import reduced
from facerecon.app.texts import t
from facerecon.app.thumbnails import portrait_camera
from facerecon.core.types import Camera, Mesh, Reconstruction, Texture
from facerecon.drawing.render import GROUND, render
from facerecon.drawing.strokes import draw_dots, draw_lines
from facerecon.drawing.theme import STAGES, rgb
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import rigid
from facerecon.texture import bake
from facerecon.texture.slip_report import SlipReport, slip_report

WAYS = ("without", "with")
WRONG = (0.0, 1.0, 2.0)
"""mm by which the second photo's head may be told wrongly"""
ASIDE = np.array([0.8, 0.6, 0.0])
"""in which direction, camera's frame"""
ARROW = 12.0
"""px of the picture: how long the median arrow is drawn"""
LONGEST = 40
"""times, at most, that arrows are longer than the slip"""
SIDE = 640
"""px of the picture of the slip"""
HEAD = 1700
"""px of the whole head in the pictures from near"""
EYES, MOUTH = range(36, 48), range(48, 68)
"""rows of the 68 landmarks"""
_EVERY_MM = 8.0
_AIR, _GAP = 0.22, 10


@dataclass(frozen=True, eq=False)
class _Story:
    report: SlipReport
    arrows: np.ndarray
    times: int
    "how much longer than the slip its arrows are"
    near: dict[str, np.ndarray]
    "way → eyes and mouth from near"


def slips(run: Run) -> None:
    """Shows what is done about two photos that do not meet; says why where there is but one."""
    result = run.reconstruction
    if result.scan is not None:
        return
    st.subheader(t("texture.slip_title"), anchor=False)
    if len(result.photos) < 2:
        layout.caption("texture.slip_one")
        return
    wrong = st.segmented_control(
        t("texture.slip_control"),
        WRONG,
        default=WRONG[0],
        required=True,
        format_func=lambda mm: t("texture.slip_aside", mm=f"{mm:g}") if mm else t("texture.slip_own"),
        key="texture_slip",
        persist_state="session",
    )
    told = cache.picture((run.key, "slips", wrong), lambda: _tell(result, wrong))
    if told is None:
        layout.caption("texture.slip_apart")
        return
    photo, without, corrected = st.columns(3, gap="small")
    photo.image(told.arrows, width="stretch", alt=t("texture.slip_alt"))
    without.image(told.near["without"], width="stretch", alt=t("texture.slip_near_alt"))
    corrected.image(told.near["with"], width="stretch", alt=t("texture.slip_near_alt"))
    with photo:
        layout.caption("texture.slip_arrows", name=result.photos[told.report.photo].name, times=told.times)
    with without:
        layout.caption("texture.slip_without")
    with corrected:
        layout.caption("texture.slip_with")
    layout.numbers(
        [
            (t("texture.slip_before"), two_digits(told.report.before), "px"),
            (t("texture.slip_after"), two_digits(told.report.after), "px"),
        ]
    )
    layout.caption("texture.slip_note")


def _tell(result: Reconstruction, wrong: float) -> _Story | None:
    """Measures the slip and bakes without and with its correction, the second photo's head some mm aside."""
    parts = cache.workshop().parts
    finer, head, size = parts.refinement(1), parts.head, len(result.texture.image)
    shapes = [finer.matrix @ head.shape(result.fit.identity, view.expression) for view in result.fit.views]
    laid_out, views = parts.layout(1, size), list(result.fit.views)
    about = (shapes, result.mesh.triangles, finer.face_region, laid_out)
    report = slip_report(result.photos, views, *about)
    if report is None:
        return None
    if wrong:
        other = views[report.photo]
        aside = rigid(np.eye(3), wrong * ASIDE)
        views[report.photo] = replace(other, camera_from_head=aside @ other.camera_from_head)
        report = slip_report(result.photos, views, *about) or report
    near = {}
    for way in WAYS:
        texture = bake(
            result.photos,
            result.mesh,
            views,
            shapes,
            size,
            face_region=finer.face_region,
            layout=laid_out,
            align=way == "with",
        )
        near[way] = _near(result.mesh, texture, result)
    arrows, times = _arrows(result.photos[report.photo].image, report, laid_out.reference)
    return _Story(report, arrows, times, near)


def _near(mesh: Mesh, texture: Texture, result: Reconstruction) -> np.ndarray:
    """Draws eyes and mouth of a head from near, one above the other, equally wide."""
    camera, pose = portrait_camera(mesh, HEAD)
    marks, _ = project_head(camera, pose, result.neutral_landmarks68)
    low, high = marks[EYES].min(axis=0), marks[EYES].max(axis=0)
    width = (high[0] - low[0]) * (1 + 2 * _AIR)
    bands = []
    for rows, height in ((EYES, 0.5), (MOUTH, 0.5)):
        middle = (marks[rows].min(axis=0) + marks[rows].max(axis=0)) / 2
        corner = middle - np.array([width, height * width]) / 2
        part = Camera(round(width), round(height * width), camera.focal, camera.centre - corner)
        bands.append(render(mesh, part, pose, style="textured", texture=texture, part_images=result.part_images))
    return np.concatenate([bands[0], np.full((_GAP, *bands[0].shape[1:]), GROUND, np.uint8), bands[1]])


def _arrows(image: np.ndarray, report: SlipReport, reference: np.ndarray) -> tuple[np.ndarray, int]:
    """Draws the slip over the face in the photo, at places some mm apart; tells how many times as long."""
    shared = np.flatnonzero(report.shared)
    _, first = np.unique(np.round(reference[shared] / _EVERY_MM), axis=0, return_index=True)
    chosen = shared[first]
    low, high = report.pixels[shared].min(axis=0), report.pixels[shared].max(axis=0)
    side, middle = float((high - low).max()) * (1 + _AIR), (low + high) / 2
    corner = np.clip(np.floor(middle - side / 2), 0, None).astype(int)
    cut = image[corner[1] : corner[1] + round(side), corner[0] : corner[0] + round(side)]
    small = reduced(cut, SIDE)
    scale = small.shape[0] / cut.shape[0]
    starts = (report.pixels[chosen] - corner + 0.5) * scale - 0.5
    times = int(np.clip(round(ARROW / max(report.before * scale, 1e-6)), 1, LONGEST))
    ends = starts + report.slip[chosen] * times * scale
    colour = rgb(STAGES["texture"].dark)
    return draw_dots(draw_lines(small, starts, ends, colour, 1.6), starts, colour, 2.0), times
