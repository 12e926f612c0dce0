"""Pairs of clouds of one surface that were disturbed in known ways, and how far a motion is from the true one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector, vector_from_rotation

AXIS = np.array([0.55, 0.75, 0.37])
"about which the source is turned away: mostly as heads turn, a little as they nod and tilt"
WAY = np.array([0.8, -0.6, 0.0])
"along which it is moved away"
CUT = np.array([1.0, 0.25, 0.15])
"along which parts are cut off: one cloud loses its left, the other its right"
AIR = 30.0
"mm around a cloud in which outliers lie"


@dataclass(frozen=True)
class Disturbance:
    rotation: float = 30.0
    "degrees from the start to the truth"
    translation: float = 25.0
    "mm, likewise"
    noise: float = 0.5
    "mm, one standard deviation along each axis"
    outliers: float = 0.0
    "share of each cloud that lies anywhere"
    overlap: float = 1.0
    "share of each cloud that the other one has too"
    points: int = 5000
    "of each cloud"


@dataclass(frozen=True, eq=False)
class CloudPair:
    source: PointCloud
    "turned and moved away; its normals are the surface's, those of strays point away from the middle"
    target: PointCloud
    "where the surface is, likewise"
    target_from_source: np.ndarray
    "`(4, 4)` the truth"
    middle: np.ndarray
    "`(3,)` the surface's middle in the source, about which it was turned"
    stray: np.ndarray
    "`(N,)` bool: points of the source that lie anywhere"
    lonely: np.ndarray
    "`(N,)` bool: points of the source where the target was cut off"


def cloud_pair(surface: PointCloud, disturbance: Disturbance, rng: np.random.Generator) -> CloudPair:
    """Samples a surface twice, and disturbs both clouds.

    Args:
        surface: mm, with normals; with triangles it is sampled evenly, otherwise its points are drawn.
        disturbance: how.
        rng: for samples, noise and outliers.
    """
    share = 1 / (2 - disturbance.overlap)  # of the surface, that each cloud keeps
    clean = round(disturbance.points * (1 - disturbance.outliers))
    samples = [_sampled(surface, round(clean / share) + 1, rng) for _ in range(2)]
    along = [cloud.points @ CUT for cloud in samples]
    kept = [np.argsort(along[0])[:clean], np.argsort(-along[1])[:clean]]
    lonely = along[0][kept[0]] < along[1][kept[1]].min()
    source, target = (
        _disturbed(cloud.points[rows], cloud.normals[rows], disturbance, rng)
        for cloud, rows in zip(samples, kept, strict=True)
    )
    stray = np.arange(disturbance.points) >= clean
    centre = samples[0].points.mean(axis=0)
    truth = _motion(centre, disturbance)
    lonely = np.concatenate([lonely, np.zeros(disturbance.points - clean, dtype=bool)])
    away = PointCloud(apply(invert(truth), source.points), source.normals @ truth[:3, :3])
    return CloudPair(away, target, truth, apply(invert(truth), centre[None])[0], stray, lonely)


def _disturbed(
    points: np.ndarray, normals: np.ndarray, disturbance: Disturbance, rng: np.random.Generator
) -> PointCloud:
    """Adds noise, and points that lie anywhere around the cloud."""
    noisy = points + disturbance.noise * rng.normal(size=points.shape)
    low, high = noisy.min(axis=0) - AIR, noisy.max(axis=0) + AIR
    strays = rng.uniform(low, high, (disturbance.points - len(noisy), 3))
    return PointCloud(np.vstack([noisy, strays]), np.vstack([normals, _unit(strays - noisy.mean(axis=0))]))


def motion_error(found: np.ndarray, truth: np.ndarray, place: np.ndarray) -> tuple[float, float]:
    """Measures how far a motion `(4, 4)` is from the true one: degrees of rotation, and mm at a place `(3,)`."""
    turn = float(np.degrees(np.linalg.norm(vector_from_rotation(_nearest_rotation(found) @ truth[:3, :3].T))))
    return turn, float(np.linalg.norm(apply(found, place[None]) - apply(truth, place[None])))


def _nearest_rotation(motion: np.ndarray) -> np.ndarray:
    """Takes the rotation `(3, 3)` out of a rigid motion or similarity `(4, 4)`."""
    return motion[:3, :3] / np.cbrt(np.linalg.det(motion[:3, :3]))


def _motion(centre: np.ndarray, disturbance: Disturbance) -> np.ndarray:
    """Makes the true motion: the surface turns about its own centre `(3,)`, then moves."""
    axis, way = AXIS / np.linalg.norm(AXIS), WAY / np.linalg.norm(WAY)
    rotation = rotation_from_vector(-np.radians(disturbance.rotation) * axis)
    return rigid(rotation, centre - rotation @ (centre + disturbance.translation * way))


def _sampled(surface: PointCloud, count: int, rng: np.random.Generator) -> PointCloud:
    """Draws `count` points of a surface with their normals, evenly by area where it has triangles."""
    if surface.triangles is None or not len(surface.triangles):
        rows = rng.choice(len(surface), count, replace=count > len(surface))
        return PointCloud(surface.points[rows], surface.normals[rows])
    a, b, c = (surface.points[surface.triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    rows, weights = rng.choice(len(area), count, p=area / area.sum()), rng.dirichlet(np.ones(3), count)
    points, normals = (interpolate(v, surface.triangles, rows, weights) for v in (surface.points, surface.normals))
    return PointCloud(points, _unit(normals))


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Scales `(N, 3)` vectors to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
