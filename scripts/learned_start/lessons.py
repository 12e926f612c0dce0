"""What the two networks are asked in a training step, and what their answers cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facerecon.networks.head_from_cloud import UNIT, HeadFromCloud, geometric_median
from facerecon.networks.pose_losses import pose_loss, shape_loss
from scripts.learned_start.clouds import CloudMaker, Clouds, Flaws, flawed

WIDEST = 70.0
"degrees: the first network's task; one of 24 evenly spread starts is never farther than 63 from the truth"
TURN, SHIFT = 20.0, 20.0
"degrees and mm, standard deviations at most: what the first network leaves to the second, and that to itself"
CONTROL = 160
"vertices of the skin at which losses are taken"
LOOKS = 4
"how often a batch of heads is used, each time with other points, noise and poses"


class Losses(NamedTuple):
    """Mean distances between points, in `UNIT`."""

    coarse: Tensor
    "what the first network's pose does to the head"
    fine: Tensor
    "what the second network's pose does"
    shape: Tensor
    "what the second network's shape is off"


class Lessons:
    """Draws batches and measures losses.

    Args:
        head: a linear head model (`morphable.face_model.FaceModel`).
        rng: draws everything.
        points: in a cloud.
        batch: how many clouds.
    """

    def __init__(self, head, rng: np.random.Generator, points: int, batch: int):
        self.maker, self.rng, self.points, self.batch = CloudMaker(head), rng, points, batch
        self.looks, self.clouds = 0, None
        rows = np.random.default_rng(0).choice(head.skin_vertices, CONTROL, replace=False)
        self.mean = torch.from_numpy(head.mean[rows].astype(np.float32)) / UNIT
        self.basis = torch.from_numpy(head.identity_basis[:, rows].astype(np.float32)) / UNIT

    def losses(self, networks: HeadFromCloud) -> Losses:
        """Asks both networks about one batch."""
        clouds = self._next()
        points, control = torch.from_numpy(clouds.points) / UNIT, self._control(clouds)
        return Losses(self.coarse(networks, points, control), *self.fine(networks, points, control))

    def coarse(self, networks: HeadFromCloud, points: Tensor, control: Tensor) -> Tensor:
        """Turns clouds `(B, N, 3)` far and asks for the pose."""
        rotation = any_rotations(self.rng, len(points), WIDEST)
        points = points @ rotation.mT
        middle = geometric_median(points)
        found = networks.coarse(points - middle[:, None])
        return pose_loss(found.rotation, found.translation, rotation, -middle, control).mean()

    def fine(self, networks: HeadFromCloud, points: Tensor, control: Tensor) -> tuple[Tensor, Tensor]:
        """Turns and shifts clouds `(B, N, 3)` a little, and asks for that and the shape."""
        amount = self.rng.random((len(points), 1))
        rotation = small_rotations(self.rng, amount * np.radians(TURN))
        shift = torch.from_numpy(self.rng.normal(0, amount * SHIFT / UNIT, (len(points), 3))).float()
        found = networks.fine(points @ rotation.mT + shift[:, None])
        pose = pose_loss(found.rotation, found.translation, rotation, shift, control)
        return pose.mean(), shape_loss(found.identity, self.mean, self.basis, control).mean()

    def _next(self) -> Clouds:
        """Gives a batch of heads, LOOKS times the same, from points drawn anew."""
        if self.looks % LOOKS == 0:
            self.clouds = self.maker.batch(self.rng, self.batch, 3 * self.points, None, Flaws())
        self.looks += 1
        some = self.rng.choice(3 * self.points, self.points, replace=False)
        points = flawed(self.rng, self.clouds.points[:, some], Flaws())
        return Clouds(points, self.clouds.identity, self.clouds.scale)

    def _control(self, clouds: Clouds) -> Tensor:
        """Gives the control vertices of the true heads, `(B, P, 3)`."""
        shape = self.mean + (torch.from_numpy(clouds.identity) @ self.basis.flatten(1)).view(-1, *self.mean.shape)
        return shape * torch.from_numpy(clouds.scale)[:, None, None]


def any_rotations(rng: np.random.Generator, count: int, widest: float) -> Tensor:
    """Draws rotations about any axis, by any angle up to the widest (degrees), `(count, 3, 3)`."""
    return _rotations(rng, rng.uniform(0, np.radians(widest), (count, 1)))


def small_rotations(rng: np.random.Generator, deviation: np.ndarray) -> Tensor:
    """Draws rotations about any axis, by angles of standard deviations `(B, 1)` radians: `(B, 3, 3)`."""
    return _rotations(rng, rng.normal(0, deviation))


def _rotations(rng: np.random.Generator, angle: np.ndarray) -> Tensor:
    axis = rng.standard_normal((len(angle), 3))
    vector = torch.from_numpy(angle * axis / np.linalg.norm(axis, axis=1, keepdims=True)).float()
    x, y, z = vector.T
    zero = torch.zeros_like(x)
    return torch.matrix_exp(torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).view(-1, 3, 3))
