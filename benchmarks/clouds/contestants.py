"""Registrations by this package, open3d and small_gicp: each takes two arrays of points and a start, or none."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.registration import METHODS
from facerecon.registration.register import register

DISTANCES = (60.0, 25.0, 10.0)
"mm: the peers accept partners so far apart, coarse to fine, as their manuals advise"
VOXELS = (12.0, 6.0, 3.0)
"mm: and thin their clouds so, the last one only where it is asked for"
NEIGHBOURS = 20

Found = tuple[np.ndarray, int]
"`(4, 4)` target_from_source, and iterations where they are told (else 0)"
Contestant = Callable[[np.ndarray, np.ndarray, bool], Found]
"Takes source, target, and whether the identity is a start to be trusted."


def contestants() -> dict[str, Contestant]:
    """Lists those that are installed, ours first."""
    found: dict[str, Contestant] = {f"facerecon {name}": _ours(name) for name in METHODS}
    if importlib.util.find_spec("open3d"):
        found |= {"open3d point-to-plane": _open3d}
    if importlib.util.find_spec("small_gicp"):
        found |= {f"small_gicp {kind}": _small_gicp(kind) for kind in ("GICP", "PLANE_ICP")}
    return found


def _ours(method: str) -> Contestant:
    def run(source: np.ndarray, target: np.ndarray, from_start: bool) -> Found:
        start = np.eye(4) if from_start else None
        done = register(PointCloud(source), PointCloud(target), method, start, rng=np.random.default_rng(0))
        return done.target_from_source, done.iterations

    return run


def _open3d(source: np.ndarray, target: np.ndarray, from_start: bool) -> Found:
    """Runs robust point-to-plane ICP in three scales; without a start, from FPFH and RANSAC as in its manual."""
    import open3d

    tools = open3d.pipelines.registration
    open3d.utility.random.seed(0)
    clouds = [open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points)) for points in (source, target)]
    near = open3d.geometry.KDTreeSearchParamKNN(NEIGHBOURS)
    motion, iterations = np.eye(4), 0
    if not from_start:
        motion = _open3d_start(open3d, clouds)
    for distance, voxel in zip(DISTANCES, (*VOXELS[:2], 0), strict=True):
        pair = [cloud.voxel_down_sample(voxel) if voxel else cloud for cloud in clouds]
        pair[1].estimate_normals(near)
        estimate = tools.TransformationEstimationPointToPlane(tools.TukeyLoss(distance / 2))
        done = tools.registration_icp(*pair, distance, motion, estimate, tools.ICPConvergenceCriteria(1e-6, 1e-6, 50))
        motion = np.array(done.transformation)
    return motion, iterations


def _open3d_start(open3d, clouds: list) -> np.ndarray:
    """Matches FPFH features by RANSAC, with the settings of open3d's manual on global registration."""
    tools, voxel = open3d.pipelines.registration, VOXELS[1]
    pair, features = [], []
    for cloud in clouds:
        thin = cloud.voxel_down_sample(voxel)
        thin.estimate_normals(open3d.geometry.KDTreeSearchParamHybrid(2 * voxel, 30))
        # FPFH needs normals that point to one side.
        thin.orient_normals_towards_camera_location(thin.get_center())
        search = open3d.geometry.KDTreeSearchParamHybrid(5 * voxel, 100)
        features.append(tools.compute_fpfh_feature(thin, search))
        pair.append(thin)
    done = tools.registration_ransac_based_on_feature_matching(
        *pair,
        *features,
        True,
        1.5 * voxel,
        tools.TransformationEstimationPointToPoint(False),
        3,
        [
            tools.CorrespondenceCheckerBasedOnEdgeLength(0.9),
            tools.CorrespondenceCheckerBasedOnDistance(1.5 * voxel),
        ],
        tools.RANSACConvergenceCriteria(100_000, 0.999),
    )
    return np.array(done.transformation)


def _small_gicp(kind: str) -> Contestant:
    def run(source: np.ndarray, target: np.ndarray, from_start: bool) -> Found:
        import small_gicp

        threads, motion, iterations = len(os.sched_getaffinity(0)), np.eye(4), 0
        if not from_start:  # it has no search of its own: the clouds' middles are all that it is given
            motion[:3, 3] = target.mean(axis=0) - source.mean(axis=0)
        for distance, voxel in zip(DISTANCES, (*VOXELS[:2], 0.1), strict=True):
            done = small_gicp.align(
                target,
                source,
                motion,
                registration_type=kind,
                downsampling_resolution=voxel,
                max_correspondence_distance=distance,
                num_threads=threads,
                max_iterations=50,
            )
            motion, iterations = np.array(done.T_target_source), iterations + done.iterations
        return motion, iterations

    return run
