"""Light to look at a head in, of our own making: nine harmonics a room."""

from __future__ import annotations

import numpy as np

from facerecon.geometry.harmonics import everywhere, irradiance, lamp

FRONT = np.array([[0.0, 0.0, 1.0]])


Three = tuple[float, float, float]


def _room(around: Three, *lamps: tuple[Three, Three]) -> np.ndarray:
    """Adds lamps (towards, colour) to light from all around; what faces the viewer is as bright as in its photo."""
    light = everywhere(np.array(around)) + sum(lamp(np.array(towards), np.array(colour)) for towards, colour in lamps)
    return light / irradiance(FRONT, light).mean()


ENVIRONMENTS: dict[str, np.ndarray] = {
    "lamp": _room((0.16, 0.16, 0.18), ((-0.75, 0.45, 0.6), (1.0, 0.97, 0.92))),
    "window": _room(
        (0.22, 0.21, 0.20), ((-1.0, 0.15, 0.35), (0.85, 0.95, 1.1)), ((1.0, -0.1, 0.3), (0.16, 0.12, 0.09))
    ),
    "evening": _room(
        (0.20, 0.22, 0.34), ((0.8, 0.05, 0.45), (1.15, 0.62, 0.28)), ((-0.6, 0.9, 0.1), (0.10, 0.16, 0.34))
    ),
    "overcast": _room((0.42, 0.43, 0.45), ((0.0, 1.0, 0.25), (0.52, 0.55, 0.60))),
}
"""By name `(9, 3)`, linear RGB, as the viewer sees it: x right, y up, z to the viewer."""
