"""Heads that the model cannot quite express, and scans of them: what non-rigid registration is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import PointCloud
from facerecon.drawing.scan_view import ScanScene
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, apply, rigid, rotation_from_vector
from facerecon.morphable.face_model import FaceModel

BUMPS, BUMP_MM, BUMP_RADIUS = 40, 2.5, 25.0
"""Smooth displacements: how many, how high (one standard deviation) and how wide, mm."""
EXPRESSIONS, STRENGTH = 4, 0.6
LANDMARK_NOISE = 2.0
"""mm, one standard deviation on each axis."""
POINTS = 20_000
SIDE, YAW = 300, np.radians(55)
"""px of a scanner's picture, and how far it goes to the sides."""
HOLE_MM = (10, 35)
"""Radii of holes."""


@dataclass(frozen=True, eq=False)
class BentHead:
    """A head and a scan of it."""

    true: np.ndarray
    "`(V, 3)` mm, in the scan's frame: where each vertex of the model is"
    scan: PointCloud
    "of the face"
    landmarks: np.ndarray
    "`(68, 3)` mm, in the scan's frame, with errors"
    missing: np.ndarray
    "`(V,)` bool: vertices around which nothing was scanned"


def bent_head(
    model: FaceModel, rng: np.random.Generator, *, noise: float = 1.0, holes: float = 0.3, points: int = POINTS
) -> BentHead:
    """Makes a head of random identity and expression, bumps that the model does not have, and a scan of it.

    Args:
        model: the head model.
        rng: where chance comes from.
        noise: of the scan's points, mm on each axis.
        holes: share of the face that was not scanned.
        points: how many the scan has before holes are cut.
    """
    expression = np.zeros(len(model.expression_basis))
    expression[rng.choice(len(expression), EXPRESSIONS, replace=False)] = rng.uniform(0, STRENGTH, EXPRESSIONS)
    vertices = model.shape(rng.normal(0, 1, len(model.identity_basis)), expression)
    vertices = vertices + _bumps(vertices, model, rng)
    cloud = rng.permutation(_scanned(vertices, model.triangles))[:points]
    missing = _hole(vertices, model.face_region > 0.5, holes, rng)
    cloud = cloud[~missing[cKDTree(vertices).query(cloud)[1]]]
    cloud = cloud + rng.normal(0, noise, cloud.shape)
    turn = rigid(rotation_from_vector(rng.normal(0, 1, 3)), rng.normal(0, 200, 3))
    marks = model.landmarks("ibug68").on(vertices, model.triangles) + rng.normal(0, LANDMARK_NOISE, (68, 3))
    return BentHead(apply(turn, vertices), PointCloud(apply(turn, cloud)), apply(turn, marks), missing)


def _bumps(vertices: np.ndarray, model: FaceModel, rng: np.random.Generator) -> np.ndarray:
    """Adds up Gaussian bumps in random directions around random vertices of the face, `(V, 3)` mm."""
    face = np.flatnonzero(model.face_region[: model.skin_vertices] > 0.1)
    centres = vertices[rng.choice(face, BUMPS, replace=False)]
    squared = ((vertices[:, None] - centres) ** 2).sum(axis=2)
    return np.exp(-squared / (2 * BUMP_RADIUS**2)) @ rng.normal(0, BUMP_MM / 2, (BUMPS, 3))


def _scanned(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Takes the points that a scanner sees from the front and both sides, `(N, 3)`."""
    scene = ScanScene(PointCloud(vertices, triangles=triangles))
    points = []
    for yaw in (-YAW, 0.0, YAW):
        view = scene.view(CAMERA_FROM_FRONTAL @ rotation_from_vector([0, yaw, 0]), *scene.middle, SIDE)
        rows, columns = np.nonzero(np.isfinite(view.depth))
        points.append(view.points_at(np.column_stack([columns, rows]).astype(float), 0.5))
    return np.concatenate(points)


def _hole(vertices: np.ndarray, face: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Cuts round holes until so much of the face is gone; `(V,)` bool."""
    missing = np.zeros(len(vertices), dtype=bool)
    while missing[face].mean() < share:
        centre = vertices[rng.choice(np.flatnonzero(face))]
        missing |= np.linalg.norm(vertices - centre, axis=1) < rng.uniform(*HOLE_MM)
    return missing
