"""Where hair usually grows, as a region of the head frame (mm, origin between the eyes, +y up, +z out of the face)."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.texture.ramp import ramp

# Hairline of an adult seen from the side, from the nape over the ear and the sideburn to the forehead: height y above
# the eyes at depth z.
_HAIRLINE_Z = (-160.0, -120.0, -106.0, -97.0, -68.0, -63.0, -55.0, -50.0, -38.0, -5.0, 20.0)
_HAIRLINE_Y = (-85.0, -55.0, -20.0, 20.0, 20.0, 0.0, 0.0, 30.0, 48.0, 72.0, 78.0)
_SOFT_MM = 14.0
# The ears stand out beside the skull.
_EAR_X, _EAR_TOP_Y, _EAR_SOFT_MM = 75.0, 20.0, 4.0


def scalp(vertices: np.ndarray) -> np.ndarray:
    """Gives `(V,)` in [0, 1]: 1 on the scalp, 0 on face, ears and neck, for `(V, 3)` mm of an average head."""
    check_shape(vertices, ("V", 3), "vertices")
    x, y, z = vertices.T
    above = y - np.interp(z, _HAIRLINE_Z, _HAIRLINE_Y)
    ear = ramp(np.abs(x), _EAR_X - _EAR_SOFT_MM, _EAR_X) * ramp(y, _EAR_TOP_Y, _EAR_TOP_Y - _EAR_SOFT_MM)
    return ramp(above, -_SOFT_MM / 2, _SOFT_MM / 2) * (1 - ear)
