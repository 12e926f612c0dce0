"""What landmarks tell, drawn: how firm they are, the irises as rulers, spreads by part of the face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import plotly.graph_objects as go

from facerecon.core.arrays import check_shape
from facerecon.drawing.overlays import HALO, RGB, draw_label
from facerecon.drawing.strokes import draw_curve, draw_lines, paint
from facerecon.drawing.theme import REGIONS, dress, region_tone, rgb

CORNERS = 32
"of the polygon that an ellipse is drawn as"
IRIS = rgb(REGIONS["iris"].dark)


def ellipses(centres: np.ndarray, covariances: np.ndarray, sigmas: float = 2.0) -> np.ndarray:
    """Finds the ellipses `(N, 32, 2)` px of all places so many standard deviations away.

    Args:
        centres: `(N, 2)` px.
        covariances: `(N, 2, 2)` px².
        sigmas: how many; within 2 lie 86 % of a normal distribution in the plane.
    """
    count = check_shape(centres, ("N", 2), "centres")["N"]
    check_shape(covariances, (count, 2, 2), "covariances")
    variances, axes = np.linalg.eigh(covariances)
    half_axes = axes * (sigmas * np.sqrt(np.maximum(variances, 0)))[:, None]  # columns
    return centres[:, None] + _circle() @ half_axes.transpose(0, 2, 1)


def draw_ellipses(
    image: np.ndarray, curves: np.ndarray, colours: np.ndarray, width: float = 1.5, fill: float = 0.35
) -> np.ndarray:
    """Draws filled closed curves.

    Args:
        image: `(H, W, 3)` RGB uint8.
        curves: `(N, P, 2)` px.
        colours: `(N, 3)` RGB uint8.
        width: of the line, px.
        fill: opacity inside, in [0, 1].

    Returns:
        `(H, W, 3)` uint8.
    """
    count = check_shape(curves, ("N", "P", 2), "curves")["N"]
    check_shape(colours, (count, 3), "colours")
    image = _draw_closed(image, curves, HALO, width * 2, 0.35)
    for colour in np.unique(colours, axis=0):
        alike = curves[(colours == colour).all(axis=1)]
        image = _draw_closed(image, alike, tuple(colour.tolist()), 0, fill)
        image = _draw_closed(image, alike, tuple(colour.tolist()), width, 1.0)
    return image


def _draw_closed(image: np.ndarray, curves: np.ndarray, colour: RGB, width: float, opacity: float) -> np.ndarray:
    """Draws many closed curves at once; a width of 0 fills them."""
    cover = np.zeros(image.shape[:2], np.uint8)
    fixed = list(np.round(np.clip(curves, -(2**15), 2**15) * 16).astype(np.int32))
    if width:
        cv2.polylines(cover, fixed, True, 255, max(1, round(width)), cv2.LINE_AA, 4)
    else:
        for curve in fixed:  # all at once, cv2 would leave out what lies inside two of them
            cv2.fillPoly(cover, [curve], 255, cv2.LINE_AA, 4)
    return paint(image, cover, colour, opacity)


def draw_iris(image: np.ndarray, ring: np.ndarray, width: float = 2.0) -> np.ndarray:
    """Draws the ellipse as which an iris is seen, and its long axis, which is the iris's diameter.

    Args:
        image: `(H, W, 3)` RGB uint8.
        ring: `(4, 2)` px: the ends of two conjugate diameters, opposite ones two apart.
        width: px.
    """
    check_shape(ring, (4, 2), "ring")
    centre, half_diameters = ring.mean(axis=0), (ring[:2] - ring[2:]) / 2
    image = draw_curve(image, centre + _circle() @ half_diameters, HALO, width * 1.8, True, 0.4)
    image = draw_curve(image, centre + _circle() @ half_diameters, IRIS, width, True)
    _, sizes, axes = np.linalg.svd(half_diameters)
    ends = centre + np.outer([-1, 1], axes[0]) * sizes[0]
    return draw_lines(image, ends[:1], ends[1:], IRIS, width)


def draw_measure(image: np.ndarray, start: np.ndarray, end: np.ndarray, text: str, width: float = 2.0) -> np.ndarray:
    """Draws a line between two points (x, y) px, with end strokes and a text at its middle."""
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    across = np.array([-along[1], along[0]]) * 4 * width
    starts, ends = np.array([start, start - across, end - across]), np.array([end, start + across, end + across])
    image = draw_lines(image, starts, ends, HALO, width * 2, 0.4)
    image = draw_lines(image, starts, ends, (255, 255, 255), width)
    return draw_label(image, text, (start + end) / 2 - (14 * width, 2 * width), (255, 255, 255))


def spread_bars(
    spreads: Mapping[str, float],
    *,
    x_title: str,
    labels: Mapping[str, str],
    dark: bool = False,
) -> go.Figure:
    """Plots how far the points of each part of the face stray.

    Args:
        spreads: part, named so that it has a colour → standard deviation.
        x_title: with the unit.
        labels: part → text.
        dark: for a dark surface.
    """
    parts: Sequence[str] = list(reversed(spreads))  # a bar chart counts upwards
    bar = go.Bar(
        x=[spreads[part] for part in parts],
        y=[labels[part] for part in parts],
        orientation="h",
        text=[f"{spreads[part]:.2g}" for part in parts],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [region_tone(part).on(dark) for part in parts], "cornerradius": 3},
        hovertemplate="%{y}: %{x:.2g}<extra></extra>",
    )
    figure = dress(go.Figure(bar), dark).update_layout(height=80 + 34 * len(parts), showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 40, "t": 8, "b": 8})
    figure.update_xaxes(title_text=x_title, rangemode="tozero")
    return figure.update_yaxes(showgrid=False)


def _circle() -> np.ndarray:
    """Gives points `(32, 2)` on the unit circle."""
    turn = np.arange(CORNERS) * 2 * np.pi / CORNERS
    return np.column_stack([np.cos(turn), np.sin(turn)])
