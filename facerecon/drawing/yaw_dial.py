"""How a head was turned in its photos, and how it should be in the next: a dial, seen from above, as SVG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facerecon.drawing.theme import ACCENT, LINE, QUIET, TEXT, Tone

WIDTH, HEIGHT = 360, 214
CENTRE, RADIUS, INNER = np.array([180.0, 182.0]), 142.0, 44.0
LIMIT = np.radians(65)
"""yaw at the dial's ends"""
HALF = np.radians(11)
"""half of what one photo covers"""
NEXT = Tone("#b8420e", "#e8924a")
FONT = 'font-family="Inter, Noto Sans SC, Helvetica, Arial, sans-serif"'


def place(yaw: float, radius: float) -> np.ndarray:
    """Finds where on the dial a head looks that is turned by a yaw, `(2,)` px.

    The camera is at the top. From above, a head that looks up the picture has its left at the picture's left.
    """
    return CENTRE - radius * np.array([np.sin(yaw), np.cos(yaw)])


def yaw_dial(
    yaws: Sequence[float], suggested: float | None, *, labels: tuple[str, str, str], dark: bool = False
) -> str:
    """Draws which turns the photos cover, and the one that is missed most.

    Args:
        yaws: radians, one a photo; > 0: turned to the subject's left.
        suggested: radians; None: nothing is missed.
        labels: written at the left end, the middle and the right end: turned to the left, frontal, to the right.
        dark: for a dark surface.
    """
    ground = _sector(-LIMIT, LIMIT, LINE.on(dark), 0.55)
    seen = "".join(_sector(yaw - HALF, yaw + HALF, ACCENT.on(dark), 0.8) for yaw in np.clip(yaws, -LIMIT, LIMIT))
    wanted = "" if suggested is None else _outline(suggested - HALF, suggested + HALF, NEXT.on(dark))
    ticks = "".join(_tick(np.radians(degrees), dark) for degrees in (-60, -40, -20, 0, 20, 40, 60))
    left, front, right = labels
    places = ((left, 4, 205, "start"), (front, 180, 14, "middle"), (right, 356, 205, "end"))
    style = f'font-size="13" {FONT} fill="{QUIET.on(dark)}"'
    texts = "".join(f'<text x="{x}" y="{y}" text-anchor="{end}" {style}>{text}</text>' for text, x, y, end in places)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{seen}{wanted}{ticks}{_head(dark)}{texts}</svg>'


def _path(start: float, end: float) -> str:
    """Writes the outline of a sector between two turns."""
    corners = [place(start, INNER), place(start, RADIUS), place(end, RADIUS), place(end, INNER)]
    a, b, c, d = (f"{x:.1f} {y:.1f}" for x, y in corners)
    return f"M{a}L{b}A{RADIUS} {RADIUS} 0 0 0 {c}L{d}A{INNER} {INNER} 0 0 1 {a}z"


def _sector(start: float, end: float, colour: str, opacity: float) -> str:
    return f'<path d="{_path(start, end)}" fill="{colour}" fill-opacity="{opacity}"/>'


def _outline(start: float, end: float, colour: str) -> str:
    path = _path(start, end)
    line = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="6 4"'
    return f'<path d="{path}" fill="{colour}" fill-opacity="0.16" {line}/>'


def _tick(yaw: float, dark: bool) -> str:
    (x0, y0), (x1, y1), (x2, y2) = (place(yaw, RADIUS + away) for away in (2, 7, 17))
    line = f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{QUIET.on(dark)}" stroke-width="1"/>'
    if not yaw:
        return line
    text = f"{abs(np.degrees(yaw)):.0f}°"
    style = f'text-anchor="middle" font-size="11" {FONT} fill="{QUIET.on(dark)}"'
    return f'{line}<text x="{x2:.1f}" y="{y2 + 4:.1f}" {style}>{text}</text>'


def _head(dark: bool) -> str:
    """Draws a head from above: an oval with a nose."""
    x, y = CENTRE
    colour = TEXT.on(dark)
    nose = f'<path d="M{x - 5} {y - 25}L{x} {y - 35}L{x + 5} {y - 25}z" fill="{colour}"/>'
    return f'<ellipse cx="{x}" cy="{y - 4}" rx="19" ry="23" fill="none" stroke="{colour}" stroke-width="2.5"/>{nose}'
