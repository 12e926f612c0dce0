"""Finds a start without landmarks: many poses are tried coarsely, and the one that covers most wins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import rigid
from facerecon.geometry.voxels import voxels
from facerecon.registration.clouds import points_alone, radius
from facerecon.registration.multi_start import MultiStart, spread_rotations
from facerecon.registration.pyramid import averaged
from facerecon.registration.ransac import feature_poses

TURNS, FEATURE_POSES = 96, 40
"rotations that are tried; poses that are taken from features"
FEW, LONG, KEPT = 128, 40, 8
"source points of the first look at rotations; how many of them get a second look; poses that are worked out finely"
WIDE = 0.4
"first scale of the kernel, in radii: a wider one would pull parts that do not overlap together"
COARSE, FINE = 1 / 5, 1 / 15
"voxels, in radii of the smaller cloud"
DENSE = 0.3
"of a typical voxel's points: sparser ones hold strays"
DIFFERENT = 0.15
"rad: poses that are turned by less are one"


@dataclass(frozen=True, eq=False)
class GlobalStart:
    target_from_source: np.ndarray
    "`(4, 4)` the best"
    score: float
    "in [0, 1]: how much of the clouds lies on each other"
    candidates: np.ndarray
    "`(K, 4, 4)` the best few, the best first"
    scores: np.ndarray
    "`(K,)` of the candidates"


def global_start(
    source: PointCloud, target: PointCloud, rng: np.random.Generator, guess: np.ndarray | None = None
) -> GlobalStart:
    """Finds a pose from which ICP leads to the right one, whatever the clouds' poses are.

    Features find it also where little overlaps; turns around the middle also where noise hides the features. A guess
    is tried too.

    Args:
        source: finite points with normals.
        target: finite points with normals.
        rng: for the choice of points and of triples of features.
        guess: `(4, 4)` target_from_source; None: as the clouds came.
    """
    size = min(radius(source.points), radius(target.points))
    clouds = [_dense(cloud, size * COARSE) for cloud in (source, target)]
    coarse, fine = ([averaged(cloud, size * share) for cloud in clouds] for share in (COARSE, FINE))
    features = feature_poses(*fine, size * FINE, FEATURE_POSES, rng)
    motions = np.concatenate([(np.eye(4) if guess is None else guess)[None], features, _turned(*coarse, size, rng)])
    pair = MultiStart(*coarse)
    motions = pair.refined(motions, 8, size * WIDE, size * COARSE)
    motions = motions[_different(motions, pair.scores(motions, size * COARSE / 2))]
    pair = MultiStart(*fine)
    motions = pair.refined(motions, 12, size * COARSE, size * FINE / 2)
    rated = pair.scores(motions, size * FINE / 4)
    order = np.argsort(-rated, kind="stable")
    return GlobalStart(motions[order[0]], float(rated[order[0]]), motions[order], rated[order])


def coverage(source: PointCloud, target: PointCloud, target_from_source: np.ndarray) -> float:
    """Tells how much of two clouds with normals lies on each other after a rigid motion, in [0, 1]."""
    size = min(radius(source.points), radius(target.points))
    fine = [averaged(_dense(cloud, size * COARSE), size * FINE) for cloud in (source, target)]
    return float(MultiStart(*fine).scores(target_from_source[None], size * FINE / 2)[0])


def _turned(source: PointCloud, target: PointCloud, size: float, rng: np.random.Generator) -> np.ndarray:
    """Tries turns with the middles of the clouds together: the best `LONG`, `(S, 4, 4)`."""
    middle, goal = (np.median(cloud.points, axis=0) for cloud in (source, target))
    starts = np.array([rigid(turn, goal - turn @ middle) for turn in spread_rotations(TURNS)])
    few = points_alone(source, np.sort(rng.permutation(len(source))[:FEW]))
    pair = MultiStart(few, target)
    motions = pair.refined(starts, 6, size, size * COARSE)
    return motions[np.argsort(-pair.scores(motions, size * COARSE), kind="stable")[:LONG]]


def _dense(cloud: PointCloud, size: float) -> PointCloud:
    """Leaves out points that are nearly alone in their voxel, where others are not."""
    cell = voxels(cloud.points, size)
    company = np.bincount(cell)[cell]
    return points_alone(cloud, np.flatnonzero(company >= DENSE * np.median(company)))


def _different(motions: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Chooses the best poses that are not nearly the same: at most `KEPT` rows, the best first."""
    kept: list[int] = []
    for row in np.argsort(-rated, kind="stable"):
        turn = motions[kept][:, :3, :3].transpose(0, 2, 1) @ motions[row][:3, :3]
        angles = np.arccos(np.clip((np.trace(turn, axis1=1, axis2=2) - 1) / 2, -1, 1))
        if len(kept) < KEPT and (angles > DIFFERENT).all():
            kept.append(int(row))
    return np.array(kept)
