"""Pairs of clouds of one head, with a motion, noise, outliers and overlap that are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from facerecon.geometry.transforms import apply, rigid, rotation_from_vector, vector_from_rotation
from facerecon.morphable import HEADS


@dataclass(frozen=True)
class Difficulty:
    rotation: float = 180.0
    "degrees from the start to the truth; at most, where `exactly` is false"
    translation: float = 100.0
    "mm, likewise"
    noise: float = 0.5
    "mm, one standard deviation along each axis"
    outliers: float = 0.0
    "share of each cloud"
    overlap: float = 1.0
    "share of each cloud that the other one has too"
    points: int = 5000
    "of each cloud"
    exactly: bool = True
    "whether rotation and translation are the very ones, or drawn up to them"


@dataclass(frozen=True, eq=False)
class Scene:
    source: np.ndarray
    "`(N, 3)` mm"
    target: np.ndarray
    "`(N, 3)` mm, another sample of the same head"
    target_from_source: np.ndarray
    "`(4, 4)` the truth"
    centre: np.ndarray
    "`(3,)` the head's middle in the source"


@cache
def surface() -> tuple[np.ndarray, np.ndarray]:
    """Gives the corners `(T, 3, 3)` and the areas `(T,)` of the mean head's skin."""
    head = HEADS.create()
    skin = head.skin(head.mean)
    corners = skin.vertices[skin.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    return corners, area


def scene(rng: np.random.Generator, difficulty: Difficulty) -> Scene:
    """Makes a pair; the truth takes the source onto the target, and the identity is the start."""
    share = 1 / (2 - difficulty.overlap)
    way = _direction(rng)
    clean = round(difficulty.points * (1 - difficulty.outliers))
    clouds = []
    for sign in (1, -1):
        points = sampled(rng, round(clean / share) + 1)
        points = points[np.argsort(sign * points @ way)[:clean]]
        points = points + difficulty.noise * rng.normal(size=points.shape)
        low, high = points.min(axis=0) - 30, points.max(axis=0) + 30
        points = np.vstack([points, rng.uniform(low, high, (difficulty.points - clean, 3))])
        clouds.append(rng.permutation(points))
    centre = clouds[0].mean(axis=0)
    turn, shift = (1.0, 1.0) if difficulty.exactly else rng.uniform(size=2)
    rotation = rotation_from_vector(np.radians(difficulty.rotation) * turn * _direction(rng))
    # The head turns on the spot, then moves.
    motion = rigid(rotation, centre - rotation @ centre + shift * difficulty.translation * _direction(rng))
    return Scene(clouds[0], apply(motion, clouds[1]), motion, centre)


def sampled(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draws `(count, 3)` points evenly from the skin."""
    corners, area = surface()
    rows = rng.choice(len(area), count, p=area / area.sum())
    return np.einsum("nk,nkd->nd", rng.dirichlet(np.ones(3), count), corners[rows])


def errors(found: np.ndarray, made: Scene) -> tuple[float, float]:
    """Measures a motion: degrees of rotation, and mm at the head's middle."""
    truth = made.target_from_source
    turn = np.degrees(np.linalg.norm(vector_from_rotation(found[:3, :3] @ truth[:3, :3].T)))
    return float(turn), float(np.linalg.norm(apply(found, made.centre[None]) - apply(truth, made.centre[None])))


def _direction(rng: np.random.Generator) -> np.ndarray:
    way = rng.normal(size=3)
    return way / np.linalg.norm(way)
