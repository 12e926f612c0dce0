"""Writes a scorecard as one file of HTML that needs nothing else: pictures, plots, numbers, and how they came about."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import cv2
import jinja2
import numpy as np

import facerecon
from facerecon.drawing.maps import value_colours
from facerecon.drawing.theme import ACCENT, LINE, QUIET, STAGES, SURFACE, TEXT
from facerecon.evaluation.protocol import REGIONS, SEVEN
from facerecon.scorecard.pictures import MOST, SIDES, flat_picture, heat_map
from facerecon.scorecard.score import NO_PHOTO, OURS, RIGID, Scorecard

LANGUAGES = ("en", "zh")
PACKAGES = ("numpy", "scipy", "opencv-python", "mediapipe")
SIDE = 360
"""px of a picture."""
FARTHEST = 6.0
"""mm, where the plot of shares ends."""
TONES = {OURS: STAGES["fitting"].light, NO_PHOTO: QUIET.light, RIGID: STAGES["landmarks"].light}
_FOLDER = files("facerecon.scorecard")


@dataclass(frozen=True)
class Origin:
    """Where what was scored comes from."""

    scan: str
    "name of the scan's file"
    head: str
    "name of the head: a file, or the photos it was made from"
    unit: str
    "of the scan's numbers; `?`: none suits"
    unit_told: str
    "`given`, `guessed` or `unknown`"
    landmarks: str
    "of the scan: `found`, `moved`, `hand` or `file`"
    scale_source: str | None = None
    "where the head's millimetres come from; None: nobody said"
    scale_error: float | None = None
    "one standard deviation, as a fraction"
    model: str = ""
    "name of the head model"
    photos: int = 0
    "how many the head was made from; 0: not known"


@cache
def words(language: str) -> Mapping[str, Any]:
    """Reads the report's sentences in a language of `LANGUAGES`."""
    return tomllib.loads(_FOLDER.joinpath(f"words/{language}.toml").read_text("utf-8"))


def report_html(card: Scorecard, origin: Origin, language: str, when: datetime | None = None) -> str:
    """Writes the report.

    Args:
        card: all heads, scored in both ways.
        origin: of scan and head.
        language: of `LANGUAGES`.
        when: it was made; default: now.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["mm"] = _two_digits
    template = environment.from_string(_FOLDER.joinpath("report.html").read_text("utf-8"))
    told = words(language)
    return template.render(
        language=language,
        words=told,
        origin=origin,
        card=card,
        heads=list(card.answers),
        tones=TONES,
        colours={"text": TEXT.light, "quiet": QUIET.light, "line": LINE.light, "paper": SURFACE.light}
        | {"accent": ACCENT.light},
        most=MOST,
        farthest=FARTHEST,
        pictures=_pictures(card),
        ramp=_ramp(),
        curves={way: {name: _curve(card, name, way) for name in card.answers} for way in (False, True)},
        regions=_regions(card),
        verdict=_verdict(card, told),
        seven=", ".join(str(row) for row in SEVEN),
        date=(when or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC"),
        version=facerecon.__version__,
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
    )


def _verdict(card: Scorecard, told: Mapping[str, Any]) -> str:
    ratio = card.ratio(metrical=False)
    median = _two_digits(card.judged[OURS, False].statistics.median)
    return told["verdict"]["better" if ratio < 1 else "worse"].format(
        median=median, percent=round(abs(1 - ratio) * 100)
    )


def _two_digits(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}"


def _pictures(card: Scorecard) -> dict[str, list[str]]:
    """Draws every head from all sides, its size free: name → links that hold the pictures."""
    found = {}
    for name, answer in card.answers.items():
        judged = card.judged[name, False]
        shown = heat_map(answer.target, judged, card.truth.points)
        found[name] = [_link(flat_picture(shown, judged, card.truth.ball, angle, SIDE), ".jpg") for angle in SIDES]
    return found


def _ramp() -> str:
    row = value_colours(np.linspace(0, 1, 256), (0, 1))
    return _link(np.broadcast_to(row, (8, 256, 3)), ".png")


def _link(image: np.ndarray, kind: str) -> str:
    """Writes a picture into a link; what OpenCV writes holds pixels and nothing else."""
    encoded = cv2.imencode(kind, np.ascontiguousarray(image[..., ::-1]))[1].tobytes()
    media = "image/jpeg" if kind == ".jpg" else "image/png"
    return f"data:{media};base64,{base64.b64encode(encoded).decode('ascii')}"


def _curve(card: Scorecard, name: str, metrical: bool) -> str:
    """Gives the points of an SVG line, 100 wide and 100 high: the share of the scan within each distance."""
    away = np.sort(card.judged[name, metrical].score.distances)
    limits = np.linspace(0, FARTHEST, 101)
    shares = np.searchsorted(away, limits, side="right") / len(away)
    return " ".join(f"{100 * x / FARTHEST:.2f},{100 - 100 * y:.2f}" for x, y in zip(limits, shares, strict=True))


def _regions(card: Scorecard) -> Sequence[tuple[str, list[tuple[str, float, float]]]]:
    """Lists regions with, by head, its name, its median in mm, and its bar's length in percent."""
    medians = {name: card.judged[name, False].region_medians for name in card.answers}
    longest = max(max(found.values()) for found in medians.values())
    rows = []
    for region in REGIONS:
        values = [(name, found.get(region, float("nan"))) for name, found in medians.items()]
        if any(np.isfinite(value) for _, value in values):
            rows.append((region, [(name, mm, 100 * np.nan_to_num(mm) / longest) for name, mm in values]))
    return rows
