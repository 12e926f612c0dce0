"""Named measures of the face (Farkas 1994, “Anthropometry of the Head and Face”), with tolerances.

A tolerance is one standard deviation, by first-order propagation of errors: with the gradient g_k of a measure m by
point k, points that err by s_k mm each on their own, and a scale that errs by the fraction r,
σ² = Σ_k |g_k|² s_k² / 3 + (r m)². Angles do not depend on scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

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


def value_of(dimension: Dimension, points: Mapping[str, np.ndarray]) -> float:
    """Measures: the straight distance, mm, or the angle at the middle point, degrees."""
    return _value(np.array([points[name] for name in dimension.points]))


def _value(places: np.ndarray) -> float:
    """Measures `(2, 3)` or `(3, 3)` places."""
    if len(places) == 2:
        return float(np.linalg.norm(places[1] - places[0]))
    first, second = places[0] - places[1], places[2] - places[1]
    # The arc tangent keeps its precision where the arc cosine loses it: near 0 and 180 degrees.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def propagated(
    of: Callable[[Mapping[str, np.ndarray]], float], points: Mapping[str, np.ndarray], errors: Mapping[str, float]
) -> float:
    """Finds the standard deviation, without that of the scale, of anything that is measured on points that err.

    Args:
        of: measures.
        points: name → `(3,)` mm.
        errors: name → root mean square distance, mm, of a point from where it truly is.
    """
    squared = 0.0
    for name, place in points.items():
        for axis in np.eye(3) * STEP:
            ends = (of({**points, name: place + sign * axis}) for sign in (1, -1))
            slope = float(np.subtract(*ends)) / (2 * STEP)
            squared += slope**2 * errors[name] ** 2 / 3
    return float(np.sqrt(squared))


def measure(
    points: Mapping[str, np.ndarray], errors: Mapping[str, float], scale_error: float
) -> dict[str, Measurement]:
    """Measures all that a head has the points for.

    Args:
        points: name → `(3,)` mm.
        errors: name → root mean square distance, mm, of a point from where it truly is.
        scale_error: one standard deviation of the head's size, as a fraction.
    """
    found = {}
    for name, dimension in DIMENSIONS.items():
        if not points.keys() >= set(dimension.points):
            continue
        ends = {point: points[point] for point in dimension.points}
        value = value_of(dimension, ends)
        error = propagated(lambda moved, dimension=dimension: value_of(dimension, moved), ends, errors)
        if not dimension.is_angle:
            error = float(np.hypot(error, scale_error * value))
        found[name] = Measurement(value, error, dimension.unit)
    return found
