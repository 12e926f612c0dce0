"""Finds a start without landmarks: many poses are tried coarsely, and the one that covers most wins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import rigid
from facerecon.registration.clouds import radius
from facerecon.registration.multi_start import refined, scores, spread_rotations
from facerecon.registration.pyramid import thinned

STARTS = 96
KEPT = 8
COARSE, FINE = 1 / 5, 1 / 15
"voxels, in radii of the smaller cloud"


@dataclass(frozen=True, eq=False)
class GlobalStart:
    target_from_source: np.ndarray
    "`(4, 4)` the best"
    score: float
    "in [0, 1]: how much of the source lies on the target"
    candidates: np.ndarray
    "`(K, 4, 4)` the best few, the best first"
    scores: np.ndarray
    "`(K,)` of the candidates"


def global_start(source: PointCloud, target: PointCloud, rng: np.random.Generator) -> GlobalStart:
    """Finds a pose from which ICP leads to the right one, whatever the clouds' poses are.

    Args:
        source: finite points with normals.
        target: finite points with normals.
        rng: for the choice of points.
    """
    size = min(radius(source.points), radius(target.points))
    coarse, fine = ((thinned(source, size * k), thinned(target, size * k)) for k in (COARSE, FINE))
    centres = [np.median(cloud.points, axis=0) for cloud in coarse]
    starts = [rigid(turn, centres[1] - turn @ centres[0]) for turn in spread_rotations(STARTS)]
    starts = np.array([np.eye(4), *starts])
    tree = cKDTree(coarse[1].points)
    motions = refined(*coarse, tree, starts, 12, size, size * COARSE)
    rated = scores(*coarse, tree, motions, size * COARSE / 2)
    motions = motions[_different(motions, rated, size)]
    tree = cKDTree(fine[1].points)
    motions = refined(*fine, tree, motions, 10, size * COARSE, size * FINE)
    rated = scores(*fine, tree, motions, size * FINE / 2)
    order = np.argsort(-rated, kind="stable")
    return GlobalStart(motions[order[0]], float(rated[order[0]]), motions[order], rated[order])


def _different(motions: np.ndarray, rated: np.ndarray, size: float) -> np.ndarray:
    """Chooses the best poses that are not nearly the same: at most `KEPT` rows, the best first."""
    kept: list[int] = []
    for row in np.argsort(-rated, kind="stable"):
        turn = motions[kept][:, :3, :3].transpose(0, 2, 1) @ motions[row][:3, :3]
        angles = np.arccos(np.clip((np.trace(turn, axis1=1, axis2=2) - 1) / 2, -1, 1))
        if len(kept) < KEPT and (not len(kept) or angles.min() > 0.15):
            kept.append(int(row))
    return np.array(kept)
