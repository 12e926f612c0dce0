"""Several scans or depth frames of one head become one cloud, by ICP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.clouds import moved
from facerecon.geometry.voxels import voxels
from facerecon.registration.register import register
from facerecon.scans.points import merged, smoothed

VOXEL = 1.5
"times the distance between neighbours in the first frame: points of several frames in such a cube become one"
ROUNDS = 2
"passes: in the first each frame meets those before it, then all others"


@dataclass(frozen=True, eq=False)
class Fusion:
    cloud: PointCloud
    "in the frame of the first; mean points, normals and colours, without triangles where there are several frames"
    first_from_each: tuple[np.ndarray, ...]
    "`(4, 4)` rigid, by frame"
    rms: tuple[float, ...]
    "mm, by frame: how well it met the others; NaN: it did not have to yet"


def fuse(
    clouds: Sequence[PointCloud], starts: Sequence[np.ndarray] | None = None, voxel: float | None = None
) -> Fusion:
    """Exhausts `fuse_steps` and gives its result."""
    *_, last = fuse_steps(clouds, starts, voxel)
    return last


def fuse_steps(
    clouds: Sequence[PointCloud], starts: Sequence[np.ndarray] | None = None, voxel: float | None = None
) -> Iterator[Fusion]:
    """Fuses clouds of one thing: each is registered to what the others show, and so again.

    Args:
        clouds: mm, with normals; the frame of the first is that of the result.
        starts: `(4, 4)` by cloud, roughly into the first's frame; None: they are searched for.
        voxel: mm, side of the cubes in which points are averaged; None: VOXEL times the distance of neighbours.

    Yields:
        After each registration, what is fused by then.

    Raises:
        CloudError: a cloud has no shape, or does not meet the others.
    """
    voxel = voxel or VOXEL * _spacing(clouds[0])
    moves: list[np.ndarray | None] = [np.eye(4)] + [None] * (len(clouds) - 1)
    rms = [np.nan] * len(clouds)
    for round_number in range(ROUNDS):
        for number in range(1, len(clouds)):
            others = [k for k in range(len(clouds)) if k != number and moves[k] is not None]
            target = _together([moved(clouds[k], moves[k]) for k in others], voxel)
            start = moves[number] if round_number else (None if starts is None else starts[number])
            found = register(clouds[number], target, start=start)
            moves[number], rms[number] = found.target_from_source, found.rms
            placed = [k for k in range(len(clouds)) if moves[k] is not None]
            cloud = _together([moved(clouds[k], moves[k]) for k in placed], voxel)
            yield Fusion(cloud, tuple(np.eye(4) if m is None else m for m in moves), tuple(rms))
    if len(clouds) == 1:
        yield Fusion(clouds[0], (np.eye(4),), (np.nan,))


def _spacing(cloud: PointCloud) -> float:
    """Finds the median distance to the nearest neighbour."""
    away, _ = cKDTree(cloud.points).query(cloud.points[:: max(1, len(cloud) // 5000)], k=min(2, len(cloud)))
    return float(np.median(away.reshape(len(away), -1)[:, -1]))


def _together(clouds: Sequence[PointCloud], voxel: float) -> PointCloud:
    """Averages clouds; surfaces that overlap have no common triangles, so that they are lost."""
    if len(clouds) == 1:
        return clouds[0]
    parts = {
        name: np.concatenate([getattr(cloud, name) for cloud in clouds])
        for name in ("points", "normals", "colours")
        if all(getattr(cloud, name) is not None for cloud in clouds)
    }
    all_ = PointCloud(**parts)
    few = merged(all_, voxels(all_.points, voxel))
    return smoothed(few, all_, voxel)
