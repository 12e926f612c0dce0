"""Dimension lines over a picture, as an engineer draws them, and paths on a head: as SVG, crisp at every size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np

TICK = 7.0
"""px: half of the stroke across the end of a dimension line."""
ARC = 46.0
"""px: radius of the arc in an angle."""
TEXT = 27
"""px of the numbers."""
LETTER = 0.76
"""width of the widest letters that a number may be written in, over their size"""
FONT = 'font-family="Inter, Helvetica, Arial, sans-serif"'


@dataclass(frozen=True, eq=False)
class DimensionLine:
    places: np.ndarray
    "`(2, 2)` px: the two ends; or `(3, 2)`: an angle, its corner in the middle"
    label: str
    "what is written at it"
    colour: str
    "CSS"
    offset: tuple[float, float] = (0.0, 0.0)
    "px by which the line lies beside what it measures"


def dimensions_svg(lines: Iterable[DimensionLine], width: int, height: int) -> str:
    """Writes dimension lines as an SVG file that is to lie over a picture of this size, px."""
    drawn = "".join(_angle(line, width) if len(line.places) == 3 else _distance(line, width) for line in lines)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn}</svg>'


@dataclass(frozen=True)
class Band:
    top: float
    "px"
    bottom: float
    "px"
    label: str
    "what is written in it"
    colour: str
    "CSS"


def bands_svg(bands: Iterable[Band], width: int, height: int) -> str:
    """Writes bands across a picture of this size, px, as an SVG file that is to lie over it."""
    drawn = []
    for band in bands:
        place = f'x="0" y="{band.top:.1f}" width="{width}" height="{band.bottom - band.top:.1f}"'
        drawn.append(f'<rect {place} fill="{band.colour}" fill-opacity="0.16"/>')
        for y in (band.top, band.bottom):
            drawn.append(_path([np.array([0, y]), np.array([width, y])], band.colour, 2, 0.8))
        middle = np.array([24.0, (band.top + band.bottom) / 2 + TEXT / 3])
        drawn.append(_text(middle, band.label, band.colour, "start", width))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}</svg>'


def _distance(line: DimensionLine, width: int) -> str:
    """Draws a line with strokes across its ends, thin lines to what it measures, and its number beside its middle."""
    offset = np.array(line.offset, float)
    first, last = line.places + offset
    along = (last - first) / max(float(np.linalg.norm(last - first)), 1e-9)
    across = np.array([-along[1], along[0]])
    drawn = [_path([first, last], line.colour, 3)]
    for end, place in ((first, line.places[0]), (last, line.places[1])):
        drawn.append(_path([end - TICK * across, end + TICK * across], line.colour, 3))
        if offset.any():
            drawn.append(_path([place, end], line.colour, 1.5, 0.55))
        drawn.append(_dot(place, line.colour))
    upright = abs(along[1]) > 0.7
    side = 1.0 if offset[0] >= 0 else -1.0
    middle = (first + last) / 2 + ((12 * side, TEXT / 3) if upright else (0, TEXT + 6 if offset[1] > 0 else -12))
    anchor = ("start" if side > 0 else "end") if upright else "middle"
    return "".join(drawn) + _text(middle, line.label, line.colour, anchor, width)


def _angle(line: DimensionLine, width: int) -> str:
    """Draws the two legs of an angle, an arc between them, and its number inside or beyond the arc."""
    corner = line.places[1]
    legs = line.places[[0, 2]] - corner
    lengths = np.maximum(np.linalg.norm(legs, axis=1, keepdims=True), 1e-9)
    radius = min(ARC, 0.6 * float(lengths.min()))
    begin, end = np.arctan2(*(legs / lengths).T[::-1])
    turn = (end - begin + np.pi) % (2 * np.pi) - np.pi
    sweep = begin + turn * np.linspace(0, 1, 17)
    arc = corner + radius * np.stack([np.cos(sweep), np.sin(sweep)], axis=1)
    drawn = _path([line.places[0], corner, line.places[2]], line.colour, 2, 0.7) + _path(arc, line.colour, 3)
    drawn += "".join(_dot(place, line.colour) for place in line.places)
    at = corner + (radius + 14) * np.array([np.cos(sweep[8]), np.sin(sweep[8])]) + np.array(line.offset)
    anchor = "start" if at[0] >= corner[0] else "end"
    return drawn + _text(at + (0, TEXT / 3), line.label, line.colour, anchor, width)


def _path(places: Iterable[np.ndarray], colour: str, width: float, opacity: float = 1.0) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    look = f'fill="none" stroke-width="{width}" stroke-opacity="{opacity}" stroke-linecap="round"'
    return f'<polyline points="{points}" stroke="{colour}" {look}/>'


def _dot(place: np.ndarray, colour: str) -> str:
    return (
        f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4.5" fill="{colour}" stroke="#101216" stroke-width="1.5"/>'
    )


def _text(place: np.ndarray, text: str, colour: str, anchor: str, width: int) -> str:
    """Writes a text with a dark rim, so that it can be read on skin too, and wholly inside the picture."""
    reach = LETTER * TEXT * len(text)
    before = {"start": 0.0, "middle": reach / 2, "end": reach}[anchor]
    x = float(np.clip(place[0], before + 8, width - 8 - (reach - before)))
    rim = 'stroke="#14161a" stroke-width="6" stroke-linejoin="round" paint-order="stroke"'
    at = f'x="{x:.1f}" y="{place[1]:.1f}" text-anchor="{anchor}"'
    return f'<text {at} {FONT} font-size="{TEXT}" font-weight="600" fill="{colour}" {rim}>{escape(text)}</text>'
