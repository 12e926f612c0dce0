"""What a suite is made of: subjects whose shape is known, and cases, each some photos of one subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from facerecon.core.types import Photo, PointCloud
from facerecon.evaluation.scan_to_mesh import ScanTruth


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of one photo."""

    points68: np.ndarray
    "`(68, 2)` px: where the subject's own landmarks fall, iBUG's order"
    silhouette: np.ndarray | None
    "`(h, w)` bool, which pixels of the photo reduced by `REDUCED` the subject covers; None: not known"


REDUCED = 0.25
"""by what photos are reduced before silhouettes are compared"""


@dataclass(frozen=True, eq=False)
class Case:
    condition: str
    "the column of the table that this case belongs to"
    photos: tuple[Photo, ...]
    "of one subject"
    seen: tuple[Seen, ...]
    "by photo"


@dataclass(frozen=True, eq=False)
class Subject:
    name: str
    truth: ScanTruth
    "the neutral face"
    vertices: np.ndarray | None
    "`(S, 3)` mm: the neutral skin in the vertex order of the head `anny`; None: of another topology"
    cases: tuple[Case, ...]
    beyond: PointCloud | None = None
    "the neutral skin around the face, ears, scalp and back of the head above the chin; None: not known"


class Suite(Protocol):
    name: str
    about: str
    "one sentence above the table"

    def subjects(self, count: int, seed: int) -> Iterator[Subject]:
        """Makes subjects one after another; always the same for a seed."""
        ...
