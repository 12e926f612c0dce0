"""Three embeddings in the plane through them, as SVG: faces as pins, the semi-hard zone, and where learning pulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import numpy as np

from facerecon.drawing.comparison import FIRST, SECOND
from facerecon.drawing.theme import LINE, QUIET, STAGES, SURFACE, TEXT

SIDE = 720
"""px of the picture."""
SPAN = 1.4
"""Units that fit into its side."""
TONES = (TEXT, FIRST, SECOND)
"""Of anchor, positive and negative."""
PIN = 27
"""px, radius of a face's picture."""
SMALL = 13
ABOVE = 44
"""px from a point up to the middle of its face's picture."""


@dataclass(frozen=True)
class Frame:
    """Which part of the plane is seen."""

    centre: tuple[float, float]

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Carries `(N, 2)` points of the plane, y up, to px."""
        return (points - self.centre) * [1, -1] * (SIDE / SPAN) + (SIDE - 1) / 2

    def to_plane(self, pixels: np.ndarray) -> np.ndarray:
        """Carries `(N, 2)` px back to the plane."""
        return (pixels - (SIDE - 1) / 2) * [1, -1] * (SPAN / SIDE) + self.centre


def embedding_map(
    frame: Frame,
    points: np.ndarray,
    faces: Sequence[str],
    margin: float,
    learned: np.ndarray,
    others: Sequence[tuple[np.ndarray, str]] = (),
    dark: bool = False,
) -> str:
    """Draws a triplet.

    Args:
        frame: which part of the plane.
        points: `(3, 2)` anchor, positive, negative.
        faces: links to their three pictures.
        margin: α, between squared distances: the zone's width.
        learned: `(3, 2)` where a step of learning moves them.
        others: further faces: place `(2,)`, and a link to the picture.
        dark: for a dark surface.

    Returns:
        The SVG.
    """
    at, tips = frame.to_picture(points), frame.to_picture(learned)
    near = float(((points[1] - points[0]) ** 2).sum())
    inner, outer = (radius * SIDE / SPAN for radius in (near**0.5, (near + margin) ** 0.5))
    parts = [f'<rect width="{SIDE}" height="{SIDE}" fill="{SURFACE.on(dark)}" stroke="{LINE.on(dark)}"/>']
    parts += _zone(at[0], inner, outer, dark)
    for place, link in others:
        parts.append(_face(frame.to_picture(place[None])[0], link, SMALL, QUIET.on(dark), 0.6))
    for end, tone in zip(at[1:], TONES[1:], strict=True):
        parts.append(_line(at[0], end, tone.on(dark), 3))
    for point, link, tone in zip(at, faces, TONES, strict=True):
        parts.append(_face(point - [0, ABOVE], link, PIN, tone.on(dark), 1.0))
    for start, tip in zip(at, tips, strict=True):
        parts += _arrow(start, tip, STAGES["model"].on(dark))
    defs = '<clipPath id="round" clipPathUnits="objectBoundingBox"><circle cx=".5" cy=".5" r=".5"/></clipPath>'
    size = f'width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><defs>{defs}</defs>{"".join(parts)}</svg>'


def _zone(centre: np.ndarray, inner: float, outer: float, dark: bool) -> list[str]:
    """Draws the ring in which a negative is semi-hard: farther than the positive, by less than the margin."""
    colour = SECOND.on(dark)
    middle, width = (inner + outer) / 2, outer - inner
    ring = f'fill="none" stroke="{colour}"'
    return [
        f'{_circle(centre, middle)} {ring} stroke-opacity=".16" stroke-width="{width:.1f}"/>',
        f'{_circle(centre, inner)} {ring} stroke-width="1.5"/>',
        f'{_circle(centre, outer)} {ring} stroke-width="1.5" stroke-dasharray="6 5"/>',
    ]


def _circle(centre: np.ndarray, radius: float) -> str:
    return f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius:.1f}"'


def _line(start: np.ndarray, end: np.ndarray, colour: str, width: float) -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _arrow(start: np.ndarray, tip: np.ndarray, colour: str) -> list[str]:
    """Draws an arrow; nothing where it would be shorter than its head."""
    way = tip - start
    length = float(np.hypot(*way))
    if length < 8:
        return []
    along = way / length
    across = np.array([-along[1], along[0]])
    corners = [tip, tip - 13 * along + 6 * across, tip - 13 * along - 6 * across]
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return [_line(start, tip - 10 * along, colour, 4), f'<polygon points="{head}" fill="{colour}"/>']


def _face(centre: np.ndarray, link: str, radius: float, colour: str, opacity: float) -> str:
    x, y = centre - radius
    box = f'x="{x:.1f}" y="{y:.1f}" width="{2 * radius}" height="{2 * radius}"'
    image = f'<image href={quoteattr(link)} {box} preserveAspectRatio="xMidYMid slice" clip-path="url(#round)"/>'
    rim = f'{_circle(centre, radius)} fill="none" stroke="{colour}" stroke-width="3"/>'
    return f'<g opacity="{opacity}">{image}{rim}</g>'
