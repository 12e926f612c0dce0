"""Makes point clouds as scanners and depth cameras would, of heads that nobody has: the learned start's lessons.

Every head has a random identity and expression; some have hair. A cloud covers the whole head, half of it, what one
view sees, or the face alone; it has holes, noise and points that belong to nothing. Surface points are drawn once for a
batch, so that making one costs less than learning from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.surface_sampling import sample_surface
from facerecon.geometry.transforms import rotation_from_euler

COVERS = ("whole", "half", "view", "face")
POOL, DRAWN = 12_000, 1_500
"points on the surface that all clouds are drawn from, and by batch"
CELL, BEHIND = 12.0, 25.0
"mm: a view's cells, and how far behind a cell's nearest point a point is hidden"


@dataclass(frozen=True, eq=False)
class Clouds:
    """A batch in the head's frame, mm."""

    points: np.ndarray
    "`(B, N, 3)` float32"
    identity: np.ndarray
    "`(B, I)` standard deviations"
    scale: np.ndarray
    "`(B,)` how many mm of the cloud are one of the head model"


@dataclass(frozen=True, eq=False)
class Flaws:
    """What is wrong with clouds: fixed, or for lessons the most of what is drawn at random."""

    noise: float = 3.0
    "mm, standard deviation"
    outliers: float = 0.3
    "share of the points that belong to nothing"
    scale: float = 0.04
    "standard deviation of the logarithm of the size"
    hair: float = 35.0
    "mm of hair on the scalp"
    holes: int = 4
    "round holes"
    random: bool = True
    "whether each cloud draws how much it has, from nothing to this much"


class CloudMaker:
    """Draws clouds of a linear head model (`morphable.face_model.FaceModel`)."""

    def __init__(self, head, seed: int = 0):
        rng = np.random.default_rng(seed)
        shown = outer_triangles(head)
        row, weights = sample_surface(head.mean, head.triangles[shown], POOL, rng)
        triangle, weights = shown[row], weights.astype(np.float32)
        at = head.triangles[triangle]

        def on(values: np.ndarray) -> np.ndarray:
            return np.einsum("...pkc,pk->...pc", values[..., at, :], weights, optimize=True).astype(np.float32)

        self.mean = on(head.mean.astype(np.float32))
        self.identity_basis, self.expression_basis = on(head.identity_basis), on(head.expression_basis)
        self.normals = triangle_normals(head.mean, head.triangles)[triangle].astype(np.float32)
        face = on(head.face_region[:, None].astype(np.float32))[:, 0]
        self.scalp = np.clip((self.mean[:, 1] + 60) / 60, 0, 1) * (1 - face)

    def batch(
        self, rng: np.random.Generator, count: int, points: int, cover: str | None, flaws: Flaws, drawn: int = DRAWN
    ) -> Clouds:
        """Makes a batch without noise and outliers, which `flawed` adds.

        Args:
            rng: draws everything.
            count: clouds.
            points: in each; if there are fewer, some come several times.
            cover: one of COVERS; None: each cloud has a cover of its own.
            flaws: whose hair, holes and sizes the clouds have.
            drawn: points on the whole surface, of which each cloud has some.
        """
        rows = rng.choice(POOL, drawn, replace=False)
        identity = rng.standard_normal((count, len(self.identity_basis)), np.float32)
        scale = np.exp(flaws.scale * rng.standard_normal((count, 1, 1))).astype(np.float32)
        heads = self._heads(rng, rows, identity, flaws)
        kept = np.ones((count, drawn), bool)
        for row, name in enumerate(rng.choice(COVERS, count) if cover is None else [cover] * count):
            kept[row] = _cover(rng, name, heads[row], self.normals[rows])
            kept[row] &= _beside_holes(rng, heads[row], flaws)
        cloud = np.take_along_axis(heads, _choose(rng, kept, points)[:, :, None], axis=1) * scale
        return Clouds(cloud, identity, scale[:, 0, 0])

    def _heads(self, rng: np.random.Generator, rows: np.ndarray, identity: np.ndarray, flaws: Flaws) -> np.ndarray:
        """Bends the surface points `rows` into `(B, M, 3)` heads with expressions and hair."""
        count, units = len(identity), len(self.expression_basis)
        active = rng.random((count, units)) < 4 / units
        expression = (active * rng.random((count, units))).astype(np.float32)
        heads = self.mean[rows] + sum(
            (weights @ basis[:, rows].reshape(len(basis), -1)).reshape(count, len(rows), 3)
            for weights, basis in ((identity, self.identity_basis), (expression, self.expression_basis))
        )
        hair = flaws.hair * rng.random((count, 1, 1)) * (rng.random((count, 1, 1)) < 0.5)
        return (heads + hair * (self.scalp[rows, None] * self.normals[rows])).astype(np.float32)


def outer_triangles(head) -> np.ndarray:
    """Finds the triangles that can be seen from outside: not those of the mouth's inside. Rows."""
    seen = np.zeros(len(head.triangles), bool)
    for yaw in np.radians(np.arange(0, 360, 30)):
        for pitch in np.radians((-50, -20, 0, 20, 50)):
            # From the viewer's right, down and forward.
            x, y, z = (head.mean @ rotation_from_euler(yaw, pitch, 0)).T
            raster = rasterize(np.column_stack([x + 200, 250 - y]), 1000 - z, head.triangles, 500, 400, False, True)
            seen[raster.triangle[raster.covered]] = True
    return np.flatnonzero(seen)


def _cover(rng: np.random.Generator, name: str, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Tells which of a head's points a scan has, `(M,)` bool."""
    above_neck = points[:, 1] > rng.uniform(-190, -100)
    if name == "whole":
        return above_neck
    if name == "half":
        side = rng.standard_normal(3) * (1.5, 0.7, 0.7)
        side[2] = abs(side[2])  # at least half of the face is there
        return above_neck & (points @ (side / np.linalg.norm(side)) > rng.uniform(-30, 10))
    if name == "face":
        return np.linalg.norm(points - (0, -25, -10), axis=1) < rng.uniform(80, 115)
    return above_neck & _seen(points, normals, rng.uniform(-1.6, 1.6), rng.uniform(-0.7, 0.7))


def _seen(points: np.ndarray, normals: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """Tells which points a depth camera sees from a direction (radians), `(M,)` bool."""
    turn = rotation_from_euler(yaw, pitch, 0).astype(np.float32)
    x, y, z = (points @ turn).T
    facing = normals @ turn[:, 2] > 0.15
    cell = (np.floor(x / CELL) * 1000 + np.floor(y / CELL)).astype(np.int64)
    cells, which = np.unique(cell, return_inverse=True)
    nearest = np.full(len(cells), -np.inf)
    np.maximum.at(nearest, which, z)
    return facing & (z > nearest[which] - BEHIND)


def _beside_holes(rng: np.random.Generator, points: np.ndarray, flaws: Flaws) -> np.ndarray:
    """Tells which points are in no hole, `(M,)` bool."""
    count = rng.integers(0, flaws.holes + 1) if flaws.random else flaws.holes
    kept = np.ones(len(points), bool)
    for centre in points[rng.integers(0, len(points), count)]:
        kept &= np.linalg.norm(points - centre, axis=1) > rng.uniform(8, 30)
    return kept


def _choose(rng: np.random.Generator, kept: np.ndarray, count: int) -> np.ndarray:
    """Draws `(B, N)` of the kept points `(B, M)`, each once as long as there are enough."""
    order = np.argsort(rng.random(kept.shape) + ~kept, axis=1)
    enough = np.maximum(kept.sum(axis=1, keepdims=True), 1)
    return np.take_along_axis(order, np.arange(count)[None] % enough, axis=1)


def flawed(rng: np.random.Generator, cloud: np.ndarray, flaws: Flaws) -> np.ndarray:
    """Adds noise and outliers to `(B, N, 3)` clouds."""
    size = (len(cloud), 1, 1)
    amount = rng.random(size) if flaws.random else np.ones(size)
    cloud = cloud + amount * flaws.noise * rng.standard_normal(cloud.shape, np.float32)
    share = rng.random(size) * (rng.random(size) < 0.6) if flaws.random else np.ones(size)
    middle = cloud.mean(axis=1, keepdims=True)
    reach = 1.4 * np.abs(cloud - middle).max(axis=1, keepdims=True)
    anywhere = middle + reach * rng.uniform(-1, 1, cloud.shape)
    return np.where(rng.random((*cloud.shape[:2], 1)) < share * flaws.outliers, anywhere, cloud).astype(np.float32)
