"""The whole way: clean, normals, a start from anywhere, coarse to fine, and the method that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from facerecon.core.types import PointCloud, Registration
from facerecon.geometry.transforms import apply
from facerecon.registration import METHODS
from facerecon.registration.clouds import check_cloud, check_units, cleaned, points_alone, radius, spacing
from facerecon.registration.global_start import global_start
from facerecon.registration.icp import IcpSettings, IcpStep, as_registration, icp_steps
from facerecon.registration.normals import with_normals
from facerecon.registration.pyramid import Level, evenly, finest, level

VOXELS = (1 / 8, 1 / 20)
"of the levels before the last, in radii of the smaller cloud; a start that was searched for skips the first"
FIRST_WIDER, WIDER = 16.0, 4.0
"by what factor the kernel is wider at first: at the first level it spans the cloud, for a given start may be far off"
LARGEST_CLOUD = 300_000
"points of a cloud that are used: more make nothing better"
REACH = 3.0
"how far partners may be apart at the last level, in spacings of the target's points, and at least the last voxel"
MOST_POINTS = 10_000
"source points at the last level; all are looked at once more at the end"


def register(
    source: PointCloud,
    target: PointCloud,
    method: str | None = None,
    start: np.ndarray | None = None,
    with_scale: bool = False,
    rng: np.random.Generator | None = None,
) -> Registration:
    """Registers two clouds from any start; see `register_steps`.

    Returns:
        The motion with its history; `inliers` has a row for each point that the source came with.
    """
    METHODS.load(method)
    pair = _Pair(source, target, with_scale)
    return as_registration(tuple(_steps(pair, method, start, with_scale, rng)), pair.fixed)


def prepared(cloud: PointCloud, name: str) -> tuple[PointCloud, np.ndarray]:
    """Cleans a cloud, checks it, gives it normals, and takes at most `LARGEST_CLOUD` of its points.

    Args:
        cloud: as it came.
        name: how to call it in an error.

    Returns:
        Points with normals.
        `(n,)` their rows in the cloud as it came.

    Raises:
        CloudError: it has too few points, or they lie on a line.
    """
    clean, rows = cleaned(cloud)
    check_cloud(clean, name)
    if clean.triangles is not None and len(clean.triangles):
        clean = with_normals(clean)
    some = evenly(len(clean), LARGEST_CLOUD)
    return with_normals(points_alone(clean, some)), rows[some]


def register_steps(
    source: PointCloud,
    target: PointCloud,
    method: str | None = None,
    start: np.ndarray | None = None,
    with_scale: bool = False,
    rng: np.random.Generator | None = None,
) -> Iterator[IcpStep]:
    """Registers two clouds, coarse to fine.

    Args:
        source: moves; rows that are not finite or appear twice are passed over.
        target: stays; likewise.
        method: a name in `METHODS`; None: its first.
        start: `(4, 4)` first guess of target_from_source; None: it is searched for.
        with_scale: whether the source may also grow or shrink.
        rng: for the search of a start; None: always the same.

    Yields:
        The steps of all levels; their rows are those of the source as it came.

    Raises:
        CloudError: a cloud has no shape, units differ, or the clouds do not meet.
        SettingsError: there is no such method.
    """
    METHODS.load(method)
    yield from _steps(_Pair(source, target, with_scale), method, start, with_scale, rng)


class _Pair:
    """Two clouds that are ready to be registered: `moving`, its `rows` in the source as it came, and `fixed`."""

    def __init__(self, source: PointCloud, target: PointCloud, with_scale: bool):
        self.moving, self.rows = prepared(source, "source")
        self.fixed, _ = prepared(target, "target")
        self.count = len(source)
        if not with_scale:
            check_units(self.moving, self.fixed)


def _steps(
    pair: _Pair, method: str | None, start: np.ndarray | None, with_scale: bool, rng: np.random.Generator | None
) -> Iterator[IcpStep]:
    """Takes the steps of all levels; see `register_steps`."""
    moving, fixed = pair.moving, pair.fixed
    if start is None:
        start, voxels = _searched(moving, fixed, with_scale, rng or np.random.default_rng(0)), VOXELS[1:]
    else:
        voxels = VOXELS
    size = min(radius(moving.points), radius(fixed.points))
    levels = [level(moving, fixed, size * share) for share in voxels] + [finest(moving, fixed, MOST_POINTS)]
    motion, number = start, 0
    for place, one in enumerate(levels):
        settings = _settings(one, method or METHODS.default, with_scale, size)
        for step in icp_steps(one.source, one.target, settings, motion):
            if step.outcome and place == len(levels) - 1 and len(one.source) < len(moving):
                every = Level(moving, np.arange(len(moving)), fixed, 0.0)
                step = replace(_look(every, settings, step), number=step.number, outcome=step.outcome)
                one = every
            outcome = step.outcome if place == len(levels) - 1 else ""
            yield _as_it_came(step, pair.rows[one.rows], pair.count, number, place, outcome)
        motion, number = step.target_from_source, number + step.number


def _searched(source: PointCloud, target: PointCloud, with_scale: bool, rng: np.random.Generator) -> np.ndarray:
    """Searches for a start `(4, 4)`; where the scale is open, both clouds are first taken to be of one size."""
    growth = np.eye(4)
    if with_scale:
        growth[:3, :3] *= radius(target.points) / radius(source.points)
        source = PointCloud(apply(growth, source.points), source.normals)
    return global_start(source, target, rng).target_from_source @ growth


def _look(one: Level, settings: IcpSettings, step: IcpStep) -> IcpStep:
    """Looks at a pose with all points, under the conditions of a step."""
    fixed = replace(settings, iterations=0, annealing=1.0, kernel_scale=step.kernel_scale)
    return next(icp_steps(one.source, one.target, fixed, step.target_from_source))


def _as_it_came(step: IcpStep, rows: np.ndarray, count: int, before: int, level: int, outcome: str) -> IcpStep:
    """Names a step's points by their rows `(n,)` of the source as it came, which has `count`."""
    inliers = np.zeros(count, dtype=bool)
    inliers[rows[np.flatnonzero(step.inliers)]] = True
    return replace(
        step,
        number=before + step.number,
        source_index=rows[step.source_index],
        inliers=inliers,
        level=level,
        outcome=outcome,
    )


def _settings(one: Level, method: str, with_scale: bool, size: float) -> IcpSettings:
    """Chooses what suits a level: a kernel as wide as a voxel, at first wider."""
    common = {"method": method, "with_scale": with_scale, "kernel": "geman-mcclure", "max_normal_angle": np.radians(60)}
    if one.voxel:
        wider = FIRST_WIDER if one.voxel == size * VOXELS[0] else WIDER
        return IcpSettings(**common, kernel_scale=one.voxel / 2, annealing=wider, iterations=30, tolerance=1e-3)
    reach = max(size * VOXELS[-1], REACH * spacing(one.target.points))
    return IcpSettings(**common, max_distance=reach, iterations=60)
