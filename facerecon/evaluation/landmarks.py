"""Landmarks against true points: errors over the distance between the eyes, failures, how many faces are how good.

A face's normalised mean error (NME) is the mean distance of its points from the true ones over the distance between
the outer corners of its eyes (Sagonas et al. 2013, “300 Faces in-the-wild challenge”). Where nothing was found it is
infinite: such a face counts as a failure, and in the median, but not in the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape, read_only

FAILURE = 0.10
"""NME above which a face counts as not found."""


@dataclass(frozen=True, eq=False)
class Errors:
    """How far the landmarks of several faces are off."""

    by_point: np.ndarray
    "`(F, L)` distance over the distance between the eyes; inf for a face where nothing was found"

    def __post_init__(self):
        check_shape(self.by_point, ("F", "L"), "Errors.by_point")
        object.__setattr__(self, "by_point", read_only(self.by_point, np.float64))

    @classmethod
    def of(cls, found: Sequence[np.ndarray | None], true: np.ndarray, eyes: np.ndarray) -> Errors:
        """Measures landmarks.

        Args:
            found: by face, `(L, 2)` px, or None where nothing was found.
            true: `(F, L, 2)` px.
            eyes: `(F,)` px between the outer corners of the eyes. In a turned head they appear nearer to each other:
                what they would be apart if it looked into the camera makes errors comparable between poses.
        """
        faces = check_shape(true, ("F", "L", 2), "true")["F"]
        check_shape(eyes, (faces,), "eyes")
        points = [np.full(true.shape[1:], np.inf) if one is None else one for one in found]
        away = np.asarray(points).reshape(true.shape) - true
        return cls(np.linalg.norm(away, axis=2) / np.asarray(eyes)[:, None])

    def __len__(self) -> int:
        return len(self.by_point)

    def of_faces(self, rows: np.ndarray) -> Errors:
        """Keeps some faces: rows, or a mask `(F,)`."""
        return Errors(self.by_point[rows])

    def of_points(self, points: Sequence[int]) -> Errors:
        """Keeps some points, as those of one part of the face."""
        return Errors(self.by_point[:, list(points)])

    @property
    def nme(self) -> np.ndarray:
        """`(F,)` normalised mean error of each face."""
        return self.by_point.mean(axis=1)

    @property
    def mean(self) -> float:
        """NME, the mean over the faces where something was found; NaN where there is none."""
        found = self.nme[np.isfinite(self.nme)]
        return float(found.mean()) if len(found) else float("nan")

    @property
    def median(self) -> float:
        """NME, the median over all faces: infinite where more than half of them were not found."""
        return float(np.median(self.nme)) if len(self) else float("nan")

    @property
    def refusal_rate(self) -> float:
        """Share of the faces where nothing was found."""
        return float(np.isinf(self.nme).mean()) if len(self) else float("nan")

    @property
    def failure_rate(self) -> float:
        """Share of the faces where nothing was found, or something more than FAILURE away."""
        return float((self.nme > FAILURE).mean()) if len(self) else float("nan")

    def share_within(self, limits: np.ndarray) -> np.ndarray:
        """Gives the cumulative curve `(K,)`: the share of the faces whose NME is a limit or less."""
        return np.searchsorted(np.sort(self.nme), limits, side="right") / max(len(self), 1)

    @property
    def area(self) -> float:
        """Area under the cumulative curve from 0 to FAILURE, over FAILURE: 1 where nothing is off."""
        # Each face adds a step at its NME: what lies right of it is the step's area.
        return float(np.maximum(1 - self.nme / FAILURE, 0).mean()) if len(self) else float("nan")


def in_bins(values: np.ndarray, edges: Sequence[float]) -> list[np.ndarray]:
    """Tells by bin which of `(F,)` values lie in it, from its lower edge up to, not with, the upper: masks `(F,)`."""
    return [(values >= low) & (values < high) for low, high in zip(edges[:-1], edges[1:], strict=True)]
