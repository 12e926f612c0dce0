"""Spherical harmonics up to the second order: nine numbers a channel light a matte surface to within a per cent."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape

COUNT = 9
CONVOLVED = np.array([1.0, *[2 / 3] * 3, *[1 / 4] * 5])
"""What a cosine lobe leaves of each order, over pi (Ramamoorthi and Hanrahan 2001, eq. 8)."""
EVEN = float(np.sqrt(4 * np.pi))
"""The first coefficient of light that is 1 from everywhere."""


def basis(directions: np.ndarray) -> np.ndarray:
    """Gives the nine real, orthonormal harmonics of `(N, 3)` unit vectors: `(N, 9)`, order 00, 1-1, 10, 11, 2-2 …"""
    check_shape(directions, ("N", 3), "directions")
    x, y, z = np.asarray(directions, dtype=np.float64).T
    first, second = np.sqrt(3 / (4 * np.pi)), np.sqrt(15 / (4 * np.pi))
    columns = [
        *(np.full(len(x), 1 / EVEN), first * y, first * z, first * x),
        *(second * x * y, second * y * z, np.sqrt(5 / (16 * np.pi)) * (3 * z**2 - 1)),
        *(second * x * z, second / 2 * (x**2 - y**2)),
    ]
    return np.column_stack(columns)


def irradiance(normals: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Lights a white matte surface.

    Args:
        normals: `(N, 3)` unit.
        light: `(9, C)` coefficients of the radiance, in the normals' frame.

    Returns:
        `(N, C)`: what arrives, over pi: 1 under light that is 1 from everywhere. Faces turned from a hard light may get
        a little less than nothing (the series ends early).
    """
    channels = check_shape(light, (COUNT, "C"), "light")["C"]
    return basis(normals) @ (CONVOLVED[:, None] * np.reshape(light, (COUNT, channels)))


def lamp(towards: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Gives the `(9, C)` coefficients of a far lamp that lights a surface facing it as brightly as `colour`, `(C,)`."""
    towards = np.asarray(towards, dtype=np.float64)
    row = basis((towards / np.linalg.norm(towards))[None])[0]
    facing = row @ (CONVOLVED * row)
    return np.outer(row, np.asarray(colour, dtype=np.float64)) / facing


def everywhere(colour: np.ndarray) -> np.ndarray:
    """Gives the `(9, C)` coefficients of the same light, `(C,)`, from everywhere."""
    colour = np.asarray(colour, dtype=np.float64)
    light = np.zeros((COUNT, len(colour)))
    light[0] = EVEN * colour
    return light


def turned(light: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Gives the `(9, C)` coefficients of light after a rotation `(3, 3)`: what came from d now comes from R d."""
    check_shape(rotation, (3, 3), "rotation")
    # Harmonics of an order turn among themselves: enough directions determine how.
    directions = _DIRECTIONS
    return _INVERSE @ (basis(directions @ rotation) @ light)


_GOLDEN = (np.arange(64) + 0.5) / 64
_ANGLE = np.pi * (1 + 5**0.5) * np.arange(64)
_RING = np.sqrt(1 - (1 - 2 * _GOLDEN) ** 2)
_DIRECTIONS = np.column_stack([_RING * np.cos(_ANGLE), _RING * np.sin(_ANGLE), 1 - 2 * _GOLDEN])
_INVERSE = np.linalg.pinv(basis(_DIRECTIONS))
