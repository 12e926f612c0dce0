"""Where hair usually grows, as a region of the head frame (mm, origin between the eyes, +y up, +z out of the face)."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.texture.ramp import ramp

# These measures were taken on a head with 57.9 mm between the pupils; the mean head has 63.4.
_SIZE = 63.4 / 57.9
# Hairline of an adult seen from the side, from the nape over the ear and the sideburn to the forehead: height y above
# the eyes at depth z.
_HAIRLINE_Z = (-160.0, -120.0, -106.0, -97.0, -68.0, -63.0, -55.0, -50.0, -38.0, -5.0, 20.0)
_HAIRLINE_Y = (-85.0, -55.0, -20.0, 20.0, 20.0, 0.0, 0.0, 30.0, 48.0, 72.0, 78.0)
_SOFT_MM = 22.0
# The ear seen from the side: a leaning ellipse; its rim stands out beside the skull.
_EAR_Y, _EAR_Z, _EAR_LEAN = -19.0, -84.0, -0.25
_EAR_HALF_HEIGHT, _EAR_HALF_WIDTH = 34.0, 17.0
_EAR_X, _RIM_X, _RIM_SIZE = 55.0, (71.0, 75.0), 1.35


def ears(vertices: np.ndarray) -> np.ndarray:
    """Gives `(V,)` in [0, 1]: 1 on the ears, for `(V, 3)` mm of an average head."""
    check_shape(vertices, ("V", 3), "vertices")
    x, y, z = vertices.T / _SIZE
    up = y - _EAR_Y
    away = np.hypot(up / _EAR_HALF_HEIGHT, (z - _EAR_Z - _EAR_LEAN * up) / _EAR_HALF_WIDTH)
    inner = ramp(away, 1.05, 0.85) * (np.abs(x) > _EAR_X)
    rim = ramp(away, _RIM_SIZE, _RIM_SIZE - 0.2) * ramp(np.abs(x), *_RIM_X)
    return np.maximum(inner, rim)


def scalp(vertices: np.ndarray) -> np.ndarray:
    """Gives `(V,)` in [0, 1]: 1 on the scalp, 0 on face, ears and neck, for `(V, 3)` mm of an average head."""
    check_shape(vertices, ("V", 3), "vertices")
    _, y, z = vertices.T / _SIZE
    above = y - np.interp(z, _HAIRLINE_Z, _HAIRLINE_Y)
    return ramp(above, -_SOFT_MM / 2, _SOFT_MM / 2) * (1 - ears(vertices))
