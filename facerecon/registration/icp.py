"""Iterative closest points: match, reject, weigh, move; again until nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.errors import CloudError, SettingsError
from facerecon.core.types import PointCloud, Registration
from facerecon.geometry.transforms import apply
from facerecon.registration import KERNELS, MATCHERS, METHODS
from facerecon.registration.clouds import radius, unit
from facerecon.registration.correspondence import Pairs
from facerecon.registration.covariance import motion_covariance
from facerecon.registration.kernels import Kernel, annealing, natural_scale
from facerecon.registration.rejection import like_normals, near, off_boundary, reciprocal, trimmed

PATIENCE = 6
"iterations without a better error, after which a registration has settled: it goes round in a circle"
PROGRESS = 1e-4
"of the error: less is no better"


@dataclass(frozen=True, eq=False)
class IcpSettings:
    method: str = "point-to-plane"
    "a name in `METHODS`"
    matching: str = "nearest"
    "a name in `MATCHERS`"
    with_scale: bool = False
    "whether the source may also grow or shrink"
    kernel: str = "none"
    "a name in `KERNELS`"
    kernel_scale: float | None = None
    "residual at which the kernel begins to doubt, clouds' unit; None: from the median residual of each iteration"
    annealing: float = 1.0
    "by what factor the kernel is wider at first"
    max_distance: float | None = None
    "pairs farther apart are rejected, clouds' unit; None: none are"
    keep: float = 1.0
    "fraction of the pairs, the nearest, that are kept (trimmed ICP)"
    max_normal_angle: float | None = None
    "pairs whose normals differ by more are rejected, rad; None: none are"
    reciprocal: bool = False
    "whether pairs must be each other's nearest"
    skip_boundary: bool = False
    "whether partners at the target's rim are rejected"
    iterations: int = 50
    "at most so many"
    tolerance: float = 1e-6
    "the registration has converged when no point moves farther, in radii of the source"


@dataclass(frozen=True, eq=False)
class IcpStep:
    number: int
    "how many motions led here; 0: the start"
    target_from_source: np.ndarray
    "`(4, 4)` as it now is"
    source_index: np.ndarray
    "`(M,)` rows of the source that have a partner"
    source_points: np.ndarray
    "`(M, 3)` where they now are, in the target's frame"
    target_points: np.ndarray
    "`(M, 3)` their partners"
    residuals: np.ndarray
    "`(M,)` what the method makes small, clouds' unit"
    weights: np.ndarray
    "`(M,)` in [0, 1], by the kernel"
    inliers: np.ndarray
    "`(N,)` bool, by source point: has a partner that the kernel does not doubt"
    rms: float
    "root mean square distance from inliers to their partners, clouds' unit"
    error: float
    "root of the weighted mean square residual, clouds' unit"
    kernel_scale: float
    "of the kernel at this step; inf without one"
    moved: float
    "how far the last motion moved the farthest point, clouds' unit; 0 at the start"
    outcome: str
    "`` while it goes on; `still`, `settled` (both: converged) or `out_of_iterations` at the last step"
    level: int = 0
    "of the pyramid, 0 the first and coarsest"

    @property
    def converged(self) -> bool:
        """Whether a convergence rule was met here."""
        return self.outcome in ("still", "settled")


def icp(
    source: PointCloud, target: PointCloud, settings: IcpSettings | None = None, start: np.ndarray | None = None
) -> Registration:
    """Runs ICP to its end; see `icp_steps`.

    Returns:
        The motion, with the steps as its history and the covariance of what error is left.
    """
    settings = settings or IcpSettings()
    return as_registration(tuple(icp_steps(source, target, settings, start)), target)


def icp_steps(
    source: PointCloud, target: PointCloud, settings: IcpSettings | None = None, start: np.ndarray | None = None
) -> Iterator[IcpStep]:
    """Iterates closest points (Besl and McKay 1992), starting with the start itself as step 0.

    Args:
        source: moves; its points must be finite.
        target: stays; its points must be finite.
        settings: what is measured, matched, rejected and weighed.
        start: `(4, 4)` first guess of target_from_source; None: the identity.

    Yields:
        Each step: the motion so far, and the pairs found there.

    Raises:
        CloudError: normals or triangles that the settings need are absent, or too few pairs are left.
        SettingsError: a setting's name is not known, or the start is no motion.
    """
    settings = settings or IcpSettings()
    run = _Run(source, target, settings)
    motion, moved, progress = _checked(start), 0.0, _Progress()
    for number in range(settings.iterations + 1):
        pairs = run.pairs(motion)
        step = run.step(number, motion, pairs, moved, progress)
        yield step
        if step.outcome:
            return
        change = run.method.motion(pairs, step.weights, settings.with_scale)
        here = apply(motion, run.corners)
        motion = change @ motion
        moved = float(np.linalg.norm(apply(motion, run.corners) - here, axis=1).max())


def _checked(start: np.ndarray | None) -> np.ndarray:
    """Gives the start as a matrix; refuses what is none, or mirrors."""
    if start is None:
        return np.eye(4)
    motion = np.array(start, dtype=np.float64)
    check_shape(motion, (4, 4), "start")
    if not np.isfinite(motion).all() or np.linalg.det(motion[:3, :3]) <= 0:
        raise SettingsError("The start is no motion: its rotation must be finite and must not mirror.")
    return motion


class _Progress:
    """Remembers the least error so far, and how long ago that was."""

    def __init__(self):
        self.least, self.waited = np.inf, 0

    def settled(self, error: float) -> bool:
        better = error < (1 - PROGRESS) * self.least
        self.least, self.waited = min(error, self.least), 0 if better else self.waited + 1
        return self.waited >= PATIENCE


class _Run:
    """What stays the same from step to step."""

    def __init__(self, source: PointCloud, target: PointCloud, settings: IcpSettings):
        self.settings, self.source = settings, source
        self.method = METHODS.create(settings.method)
        self.kernel: Kernel = KERNELS.create(settings.kernel)
        for cloud, name, needed in (
            (source, "source", self.method.source_normals),
            (target, "target", self.method.target_normals),
        ):
            if needed and cloud.normals is None:
                raise CloudError(f"The method “{settings.method}” needs normals of the {name}.")
        self.matcher = MATCHERS.load(settings.matching)(target, settings.skip_boundary)
        low, high = source.points.min(axis=0), source.points.max(axis=0)
        self.corners = np.array([np.where(np.array(pick) > 0, high, low) for pick in np.ndindex(2, 2, 2)])
        self.radius = radius(source.points)

    def pairs(self, motion: np.ndarray) -> Pairs:
        """Matches and rejects."""
        settings, points = self.settings, apply(motion, self.source.points)
        normals = None if self.source.normals is None else unit(self.source.normals @ motion[:3, :3].T)
        pairs = self.matcher.find(points, normals)
        keep = np.ones(len(pairs), dtype=bool)
        if settings.max_distance is not None:
            keep &= near(pairs, settings.max_distance)
        if settings.max_normal_angle is not None:
            keep &= like_normals(pairs, settings.max_normal_angle)
        if settings.reciprocal:
            keep &= reciprocal(pairs, points, 1e-9 * self.radius)
        pairs = pairs[keep & off_boundary(pairs)]
        if settings.keep < 1:
            pairs = pairs[trimmed(pairs, settings.keep)] if len(pairs) else pairs
        if len(pairs) < self.method.smallest:
            raise CloudError(f"Only {len(pairs)} points of the source find a partner in the target.", "clouds_apart")
        return pairs

    def step(self, number: int, motion: np.ndarray, pairs: Pairs, moved: float, progress: _Progress) -> IcpStep:
        """Weighs the pairs, and tells whether the iteration ends here."""
        settings, kernel = self.settings, self.kernel
        residuals = self.method.residuals(pairs)
        wider = annealing(settings.annealing, number)
        scale = np.inf
        if kernel.tuning is not None:
            scale = wider * (settings.kernel_scale or natural_scale(kernel, residuals))
        weights = kernel.weights(residuals, scale)
        trusted = residuals <= scale
        inliers = np.zeros(len(self.source), dtype=bool)
        inliers[pairs.source_index[trusted]] = True
        error = float(np.sqrt(weights @ residuals**2 / max(weights.sum(), 1e-300)))
        limit = settings.tolerance * self.radius
        outcome = ""
        if wider == 1 and ((number and moved <= limit) or error <= 1e-12 * self.radius):
            outcome = "still"
        elif wider == 1 and progress.settled(error):
            outcome = "settled"
        elif number == settings.iterations:
            outcome = "out_of_iterations"
        return IcpStep(
            number=number,
            target_from_source=motion,
            source_index=pairs.source_index,
            source_points=pairs.source_points,
            target_points=pairs.target_points,
            residuals=residuals,
            weights=weights,
            inliers=inliers,
            rms=float(np.sqrt(np.mean(pairs.distances[trusted] ** 2))) if trusted.any() else 0.0,
            error=error,
            kernel_scale=float(scale),
            moved=moved,
            outcome=outcome,
        )


def as_registration(steps: tuple[IcpStep, ...], target: PointCloud) -> Registration:
    """Sums up the steps of a run, the last of which holds the answer."""
    last = steps[-1]
    return Registration(
        target_from_source=last.target_from_source,
        rms=last.rms,
        inliers=last.inliers,
        iterations=sum(1 for step in steps if step.number),
        converged=last.converged,
        history=steps,
        covariance=motion_covariance(last.source_points, last.target_points, last.weights, target),
    )
