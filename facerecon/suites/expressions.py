"""Expressions for the photos of a suite, by ARKit's names; a name without a side stands for both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

EXPRESSIONS = (
    {"mouthSmile": 0.7, "cheekSquint": 0.4},
    {"mouthSmile": 0.8, "jawOpen": 0.3, "eyeSquint": 0.4},
    {"jawOpen": 0.5, "browInnerUp": 0.7, "eyeWide": 0.5},
    {"browDown": 0.8, "mouthFrown": 0.6},
    {"mouthPucker": 0.7},
    {"mouthPress": 0.6, "browOuterUp": 0.6},
)


def draw_expression(names: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Draws one of EXPRESSIONS, more or less strong: weights by the names `(E,)`, which may end in a side."""
    chosen = EXPRESSIONS[rng.integers(len(EXPRESSIONS))]
    strength = rng.uniform(0.5, 1.0)
    plain = [name.removesuffix("_L").removesuffix("_R").removesuffix("Left").removesuffix("Right") for name in names]
    return np.array([chosen.get(name, 0.0) for name in plain]) * strength
