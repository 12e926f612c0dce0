"""Named measures of the face (Farkas 1994, “Anthropometry of the Head and Face”), with tolerances.

A tolerance is one standard deviation, by first-order propagation of errors: with the gradient g of a measure m by its
points, whose errors have the covariance C, and a scale that errs by the fraction r, σ² = gᵀ C g + (r m)². Angles do not
depend on scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Points = Mapping[str, np.ndarray]
"""Name → `(3,)`."""
Measure = Callable[[Points], float]
STEP = 1e-3
"""mm of the difference quotients."""


@dataclass(frozen=True)
class Dimension:
    """What a measure is."""

    points: tuple[str, ...]
    "two ends of a straight line; or three, the middle one the corner of an angle"
    group: str
    "`face`, `eyes`, `nose`, `mouth` or `sides`"
    view: str = "front"
    "from where it is seen best: `front` or `side`"

    @property
    def is_angle(self) -> bool:
        return len(self.points) == 3

    @property
    def unit(self) -> str:
        """`mm` or `°`."""
        return "°" if self.is_angle else "mm"


DIMENSIONS: Mapping[str, Dimension] = {
    "face_height": Dimension(("n", "gn"), "face"),
    "face_width": Dimension(("zy_r", "zy_l"), "face"),
    "jaw_width": Dimension(("go_r", "go_l"), "face"),
    "middle_third": Dimension(("g", "sn"), "face", "side"),
    "lower_third": Dimension(("sn", "gn"), "face", "side"),
    "eye_inner_distance": Dimension(("en_r", "en_l"), "eyes"),
    "eye_outer_distance": Dimension(("ex_r", "ex_l"), "eyes"),
    "eye_length_right": Dimension(("ex_r", "en_r"), "eyes"),
    "eye_length_left": Dimension(("en_l", "ex_l"), "eyes"),
    "eye_height_right": Dimension(("ps_r", "pi_r"), "eyes"),
    "eye_height_left": Dimension(("ps_l", "pi_l"), "eyes"),
    "nose_width": Dimension(("al_r", "al_l"), "nose"),
    "nose_height": Dimension(("n", "sn"), "nose"),
    "nose_protrusion": Dimension(("sn", "prn"), "nose", "side"),
    "nose_bridge": Dimension(("n", "prn"), "nose", "side"),
    "nose_forehead_angle": Dimension(("g", "n", "prn"), "nose", "side"),
    "nose_lip_angle": Dimension(("prn", "sn", "ls"), "nose", "side"),
    "mouth_width": Dimension(("ch_r", "ch_l"), "mouth"),
    "upper_lip": Dimension(("sn", "sto"), "mouth", "side"),
    "upper_vermilion": Dimension(("ls", "sto"), "mouth"),
    "lower_vermilion": Dimension(("sto", "li"), "mouth"),
    "chin_height": Dimension(("sto", "gn"), "mouth", "side"),
    "jaw_angle": Dimension(("t_l", "go_l", "gn"), "sides", "side"),
    "jaw_length": Dimension(("go_l", "gn"), "sides", "side"),
    "face_depth": Dimension(("t_l", "sn"), "sides", "side"),
    "ear_length_left": Dimension(("sa_l", "sba_l"), "sides", "side"),
    "ear_length_right": Dimension(("sa_r", "sba_r"), "sides"),
}
"""Name → what it is; those of one side are the subject's own."""
GROUPS = tuple(dict.fromkeys(dimension.group for dimension in DIMENSIONS.values()))


@dataclass(frozen=True)
class Measurement:
    value: float
    "mm, or degrees for an angle"
    tolerance: float
    "one standard deviation, the same unit"
    unit: str
    "`mm` or `°`"


def value_of(dimension: Dimension, points: Points) -> float:
    """Measures: the straight distance, mm, or the angle at the middle point, degrees."""
    return _value(np.array([points[name] for name in dimension.points]))


def _value(places: np.ndarray) -> float:
    """Measures `(2, 3)` or `(3, 3)` places."""
    if len(places) == 2:
        return float(np.linalg.norm(places[1] - places[0]))
    first, second = places[0] - places[1], places[2] - places[1]
    # The arc tangent keeps its precision where the arc cosine loses it: near 0 and 180 degrees.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def gradient(of: Measure, points: Points) -> dict[str, np.ndarray]:
    """Finds how anything that is measured on points changes with them: name → `(3,)` a mm, by central differences."""
    slopes = {}
    for name, place in points.items():
        ends = [[of({**points, name: place + sign * axis}) for sign in (1, -1)] for axis in np.eye(3) * STEP]
        slopes[name] = -np.diff(ends, axis=1)[:, 0] / (2 * STEP)
    return slopes


def propagated(slopes: Points, errors: Mapping[str, float]) -> float:
    """Finds the standard deviation of a measure whose points err on their own.

    Args:
        slopes: what `gradient` gives.
        errors: name → root mean square distance, mm, of a point from where it truly is.
    """
    return float(np.sqrt(sum((slope**2).sum() * errors[name] ** 2 / 3 for name, slope in slopes.items())))


def measure(points: Points, error: Callable[[Points, float], float], scale_error: float) -> dict[str, Measurement]:
    """Measures all that a head has the points for.

    Args:
        points: name → `(3,)` mm.
        error: gives a standard deviation from a gradient and from the value as far as it is a length, else 0; the
            scale's error is not in it.
        scale_error: one standard deviation of the head's size, as a fraction.
    """
    found = {}
    for name, dimension in DIMENSIONS.items():
        if not points.keys() >= set(dimension.points):
            continue
        ends = {point: points[point] for point in dimension.points}
        value = value_of(dimension, ends)
        length = 0.0 if dimension.is_angle else value
        slopes = gradient(lambda moved, dimension=dimension: value_of(dimension, moved), ends)
        tolerance = float(np.hypot(error(slopes, length), scale_error * length))
        found[name] = Measurement(value, tolerance, dimension.unit)
    return found
