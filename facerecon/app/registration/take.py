"""What is kept of a run: enough to show every one of its steps again, in a hundredth of the memory."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.drawing.cloud_scene import residual_levels
from facerecon.evaluation.cloud_pairs import CloudPair, motion_error
from facerecon.geometry.transforms import apply
from facerecon.registration.covariance import motion_covariance
from facerecon.registration.icp import IcpStep

LINES = 260
"pairs of which lines are drawn: more hide each other"


@dataclass(frozen=True, eq=False)
class Take:
    """A run on two clouds whose true motion is known."""

    motions: np.ndarray
    "`(S, 4, 4)` target_from_source after each step, the start first"
    levels: np.ndarray
    "`(S, N)` uint8: residuals as rows of `cloud_scene.residual_palette`"
    line_rows: np.ndarray
    "`(K,)` the points whose lines are drawn"
    line_ends: np.ndarray
    "`(S, K, 3)` float32 their partners; NaN where they have none"
    rms: np.ndarray
    "`(S,)` mm, from inliers to their partners"
    error: np.ndarray
    "`(S,)` mm: what the method makes small, as its kernel weighs it"
    inliers: np.ndarray
    "`(S,)` share of the source"
    turned: np.ndarray
    "`(S,)` degrees to the truth"
    shifted: np.ndarray
    "`(S,)` mm to the truth, at the surface's middle"
    astray: np.ndarray
    "`(S,)` mm, root mean square distance of the source's points from where they belong"
    outcome: str
    "of the last step"
    stray_say: float
    "share of the squared error, as it is weighed at the end, of points that lie anywhere"
    lonely_say: float
    "the same, of points where the target was cut off"
    claim: tuple[float, float] | None
    "standard deviation that the last pairs promise: degrees, and mm at the surface's middle; None: they fix no motion"
    milliseconds: float
    "a step, on average"

    def __len__(self) -> int:
        return len(self.motions)


def take(steps: Iterable[IcpStep], pair: CloudPair, target: PointCloud) -> Take:
    """Runs through steps and keeps what is shown of them.

    Args:
        steps: of a registration of the pair.
        pair: with its truth.
        target: as the registration saw it.
    """
    count = len(pair.source)
    line_rows = np.linspace(0, count - 1, min(LINES, count)).astype(int)
    home = apply(pair.target_from_source, pair.source.points)
    kept: list[tuple] = []
    begin, spent = time.perf_counter(), 0.0
    for step in steps:
        spent += time.perf_counter() - begin
        residuals, ends = np.full(count, np.nan), np.full((count, 3), np.nan)
        residuals[step.source_index] = step.residuals
        ends[step.source_index] = step.target_points
        motion = step.target_from_source
        away = np.sqrt(((apply(motion, pair.source.points) - home) ** 2).sum(axis=1).mean())
        off = motion_error(motion, pair.target_from_source, pair.middle)
        # A pyramid's level matches but some points: of these, the share that it trusts.
        trusted = step.inliers.sum() / max(len(step.source_index), 1)
        kept.append((motion, residual_levels(residuals), ends[line_rows], step.rms, step.error, trusted, *off, away))
        begin = time.perf_counter()
    columns = [np.array(column) for column in zip(*kept, strict=True)]
    columns[2] = columns[2].astype(np.float32)
    stray, lonely = _says(step, pair)
    claim = _claim(step, target, apply(step.target_from_source, pair.middle[None])[0])
    return Take(*columns[:2], line_rows, *columns[2:], step.outcome, stray, lonely, claim, 1000 * spent / len(kept))


def _claim(step: IcpStep, target: PointCloud, place: np.ndarray) -> tuple[float, float] | None:
    """Turns the covariance of a step's motion into one angle, degrees, and one distance at a place `(3,)`, mm."""
    covariance = motion_covariance(step.source_points, step.target_points, step.weights, target)
    if covariance is None:
        return None
    x, y, z = place
    there = np.hstack([np.array([[0, z, -y], [-z, 0, x], [y, -x, 0]]), np.eye(3)])  # ω × place + t
    shift = there @ covariance @ there.T
    return float(np.degrees(np.sqrt(np.trace(covariance[:3, :3])))), float(np.sqrt(np.trace(shift)))


def _says(step: IcpStep, pair: CloudPair) -> tuple[float, float]:
    """Measures whose error a method still looks at in a step: the shares of stray and of lonely points."""
    error = step.weights * step.residuals**2
    total = max(float(error.sum()), 1e-300)
    return tuple(float(error[rows[step.source_index]].sum()) / total for rows in (pair.stray, pair.lonely))
