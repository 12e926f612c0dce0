"""Lets eyes turn about their centres.

MakeHuman's gaze targets shift an eyeball by some 2 mm and squeeze it a little as they turn it. Here each becomes a
pure turn about the ball's centre, by the angle that brings the pupil where the target has it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from facerecon.geometry.spheres import fit_sphere
from facerecon.geometry.transforms import rotation_from_vector


def turn_eyes(basis: np.ndarray, mean: np.ndarray, balls: Iterable[np.ndarray]) -> np.ndarray:
    """Makes turns of all that expressions do to eyeballs.

    Args:
        basis: `(E, V, 3)` mm.
        mean: `(V, 3)` mm.
        balls: by eye, the rows of its vertices.

    Returns:
        The basis; what it does to skin, teeth and tongue is as it was.
    """
    basis = np.array(basis, np.float64)
    for rows in balls:
        for field in basis:
            if field[rows].any():
                field[rows] = _turned(mean[rows], mean[rows] + field[rows]) - mean[rows]
    return basis


def _turned(ball: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Turns a `(N, 3)` eyeball, which looks along +z, as far as its pupil is moved."""
    centre, _ = fit_sphere(ball)
    pupil = ball[:, 2].argmax()
    before, after = (each[pupil] - centre for each in (ball, moved))
    axis = np.cross(before, after)
    angle = np.arctan2(np.linalg.norm(axis), before @ after)
    turn = rotation_from_vector(axis / max(np.linalg.norm(axis), 1e-12) * angle)
    return centre + (ball - centre) @ turn.T
