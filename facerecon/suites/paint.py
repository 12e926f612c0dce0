"""Paints heads of any topology by vertex: skin, lips, brows, lashes, hair, eyes, teeth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.geometry.sampling import sample

TONES = np.array([(245, 216, 198), (232, 190, 165), (205, 160, 135), (178, 130, 100), (140, 98, 72), (98, 66, 48)])
"""RGB, from light to dark skin"""
HAIR = np.array([(25, 20, 18), (60, 40, 28), (95, 62, 38), (150, 110, 65), (140, 138, 135)])
IRISES = np.array([(70, 45, 28), (98, 122, 142), (90, 100, 60), (45, 30, 22)])
SKIN, EYE, TEETH, INSIDE = range(4)
"""What a vertex belongs to."""
_SCALE, _HALF = 4, 128
"""px a mm, and mm from the middle to the edge of the picture in which lips and brows are drawn"""
_IRIS, _PUPIL = 5.9, 2.0
"""mm, radii"""


@dataclass(frozen=True, eq=False)
class Canvas:
    """A neutral head, ready to be painted."""

    vertices: np.ndarray
    "`(V, 3)` mm, head frame"
    kinds: np.ndarray
    "`(V,)` SKIN, EYE, TEETH or INSIDE"
    landmarks68: np.ndarray
    "`(68, 3)` mm"


def painted(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Paints a head with a random skin, hair and eyes: `(V, 3)` RGB uint8 by vertex."""
    at = rng.uniform(0, len(TONES) - 1)
    tone = np.array([np.interp(at, range(len(TONES)), channel) for channel in TONES.T]) * rng.uniform(0.97, 1.03, 3)
    hair = HAIR[rng.integers(len(HAIR))] * rng.uniform(0.8, 1.2)
    vertices, marks = canvas.vertices, canvas.landmarks68
    colours = tone * (1 + 0.05 * _blotches(vertices, rng)[:, None])
    lips = tone * [0.82, 0.60, 0.58]
    front = vertices[:, 2] > marks[[36, 45, 48, 54], 2].min() - 12
    colours = _mixed(colours, lips, front * _drawn(vertices, [marks[48:60]], fill=True))
    colours = _mixed(colours, hair * 0.9, 0.85 * front * _drawn(vertices, [marks[17:22], marks[22:27]], width=5.0))
    colours = _mixed(colours, tone * 0.25, 0.7 * front * _drawn(vertices, [marks[36:40], marks[42:46]], width=1.2))
    if rng.random() < 0.75:
        colours = _mixed(colours, hair, hair_share(vertices, marks, rng.uniform(48, 66)))
    kinds = canvas.kinds
    colours[kinds == TEETH], colours[kinds == INSIDE] = (225, 216, 198), (110, 55, 52)
    eyes = kinds == EYE
    colours[eyes] = _eyes(vertices[eyes], IRISES[rng.integers(len(IRISES))])
    return colours.clip(0, 255).astype(np.uint8)


def _mixed(colours: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    return colours + (over - colours) * share[:, None]


def _drawn(vertices: np.ndarray, lines: list[np.ndarray], fill: bool = False, width: float = 0.0) -> np.ndarray:
    """Draws lines or areas on the face from the front, with soft edges, and reads them at the vertices: `(V,)`."""
    image = np.zeros((2 * _HALF * _SCALE,) * 2, np.uint8)
    for line in lines:
        points = np.round((line[:, :2] * [1, -1] + _HALF) * _SCALE).astype(np.int32)
        if fill:
            cv2.fillPoly(image, [points], 255)
        else:
            cv2.polylines(image, [points], False, 255, round(width * _SCALE))
    soft = cv2.GaussianBlur(image, (0, 0), 0.6 * _SCALE)
    return sample(soft, (vertices[:, :2] * [1, -1] + _HALF) * _SCALE) / 255.0


def _blotches(vertices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Makes smooth noise over the head, `(V,)`, of standard deviation 1."""
    waves, phase = rng.normal(0, 0.12, (12, 3)), rng.uniform(0, 2 * np.pi, 12)
    return np.sin(vertices @ waves.T + phase).sum(axis=1) / np.sqrt(6)


def hair_share(vertices: np.ndarray, marks: np.ndarray, hairline: float) -> np.ndarray:
    """Tells where hair covers the skull, `(V,)` in [0, 1]: above the hairline, and behind the temples."""
    x, y, z = (vertices - marks[[36, 45]].mean(axis=0)).T
    depth = marks[36, 2] - marks[33, 2]  # below 0: how far behind the nose's base the eyes lie
    edge = np.minimum(hairline - 0.004 * x**2 - y, z - depth + 45)
    above_ears = y + 0.45 * (z + 70) > 5
    return np.clip(-edge / 4 + 0.5, 0, 1) * above_ears


def _eyes(vertices: np.ndarray, iris: np.ndarray) -> np.ndarray:
    """Paints eyeballs that look ahead, `(E, 3)`."""
    colours = np.tile((205.0, 200.0, 196.0), (len(vertices), 1))
    for side in (vertices[:, 0] < 0, vertices[:, 0] >= 0):
        if not side.any():
            continue
        ball = vertices[side]
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        away = np.linalg.norm((ball - centre)[:, :2], axis=1)
        ahead = ball[:, 2] > centre[2]
        painted_ball = colours[side]
        painted_ball[ahead & (away < _IRIS)] = iris
        painted_ball[ahead & (away < _PUPIL)] = 12
        colours[side] = painted_ball
    return colours
