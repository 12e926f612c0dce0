"""What a face is worth in numbers, and how far apart two faces are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape, read_only
from facerecon.core.errors import SettingsError

UNIT = 1e-3
"""How much a vector's length may differ from 1."""


@dataclass(frozen=True, eq=False)
class Embedding:
    vector: np.ndarray
    "`(D,)` of length 1: faces of one person lie near one another on the sphere"
    embedder: str
    "name in the table of embedders; vectors of two embedders cannot be compared"

    def __post_init__(self):
        object.__setattr__(self, "vector", read_only(np.asarray(self.vector), np.float64))
        check_shape(self.vector, ("D",), "Embedding.vector")
        if not abs(np.linalg.norm(self.vector) - 1) < UNIT:
            raise ValueError(f"Embedding.vector must have length 1, got {np.linalg.norm(self.vector)}")


@dataclass(frozen=True, eq=False)
class Comparison:
    distance: float
    "in [0, 2], see `distance`"
    threshold: float
    "below it, two faces are more likely of one person than of two"
    embedder: str
    "name in the table of embedders"

    @property
    def same(self) -> bool:
        """Whether the distance is below the threshold: a guess, not a proof."""
        return self.distance < self.threshold


def distance(first: Embedding, second: Embedding) -> float:
    """Measures how far two embeddings are apart, in a straight line: 0 the same, √2 unrelated, 2 opposite.

    Its square is 2 - 2 cos of the angle between them (Schroff et al. 2015, section 3.1).

    Raises:
        SettingsError: they come from different embedders.
    """
    if first.embedder != second.embedder:
        names = dict(first=first.embedder, second=second.embedder)
        raise SettingsError(f"Embeddings of “{first.embedder}” and “{second.embedder}” cannot be compared.", **names)
    return float(np.linalg.norm(first.vector - second.vector))


def compare(first: Embedding, second: Embedding, threshold: float) -> Comparison:
    """Compares two embeddings.

    Args:
        first: of one face.
        second: of another.
        threshold: the embedder's, or another one.
    """
    return Comparison(distance(first, second), threshold, first.embedder)
