"""The shortest path through a row of gates in the plane: a string pulled tight (Lee and Preparata 1984)."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def pull_string(start: np.ndarray, end: np.ndarray, left: np.ndarray, right: np.ndarray) -> list[tuple[int, int]]:
    """Finds the corners at which the shortest path bends: gate and side (0: left, 1: right), in their order.

    A funnel from the last corner is narrowed gate by gate; where its sides cross, the nearer one is the next corner.

    Args:
        start: `(2,)`.
        end: `(2,)`.
        left: `(P, 2)` the ends of the gates to the left of who walks from start to end.
        right: `(P, 2)` those to the right.
    """
    count = check_shape(left, ("P", 2), "left")["P"]
    check_shape(right, (count, 2), "right")
    # Plain tuples: a walk over them is many times faster than over arrays.
    apex, goal = (tuple(np.asarray(place, np.float64).tolist()) for place in (start, end))
    gates = [[apex, *map(tuple, side.tolist()), goal] for side in (left, right)]
    reach, at, corners, k = [apex, apex], [0, 0], [], 1
    while k < count + 2:
        for side, sign in ((0, 1.0), (1, -1.0)):
            place = gates[side][k]
            if sign * _turn(apex, reach[side], place) > 0:
                continue  # the gate is wider than the funnel
            if reach[side] == apex or sign * _turn(apex, reach[1 - side], place) >= 0:
                reach[side], at[side] = place, k
                continue
            # Over the other side: that is where the string bends, and a new funnel begins there.
            bend = at[1 - side]
            apex = reach[1 - side]
            corners.append((bend - 1, 1 - side))
            k = bend
            reach, at = [apex, apex], [bend, bend]
            break
        k += 1
    return corners


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Twice the area of a triangle: positive where a, b, c turn to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
