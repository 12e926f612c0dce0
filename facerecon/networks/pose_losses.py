"""Losses that teach a head's pose and shape, both as distances between points: no weights between units to choose."""

from __future__ import annotations

from torch import Tensor


def distance(first: Tensor, second: Tensor) -> Tensor:
    """Measures the mean distance between corresponding points, `(B,)`, of `(B, P, 3)` and the same.

    Not squared: a few heads that are turned the wrong way round do not drown the others.
    """
    return ((first - second).square().sum(dim=-1) + 1e-8).sqrt().mean(dim=-1)


def pose_loss(
    rotation: Tensor, translation: Tensor, true_rotation: Tensor, true_translation: Tensor, points: Tensor
) -> Tensor:
    """Measures how far a head's points are from where they should be, if only the pose is wrong.

    ADD, the average distance of Hinterstoisser et al. 2012 (section 4.1), weighs turns against shifts by what they do
    to the head.

    Args:
        rotation: `(B, 3, 3)`.
        translation: `(B, 3)`.
        true_rotation: `(B, 3, 3)`.
        true_translation: `(B, 3)`.
        points: `(B, P, 3)` of the true heads, in the head's frame.

    Returns:
        `(B,)`, in the unit of the points.
    """
    found = points @ rotation.mT + translation[:, None]
    return distance(found, points @ true_rotation.mT + true_translation[:, None])


def shape_loss(identity: Tensor, mean: Tensor, basis: Tensor, points: Tensor) -> Tensor:
    """Measures how far a head's points are from where they should be, if only the shape is wrong.

    Args:
        identity: `(B, I)`.
        mean: `(P, 3)` points of the mean head.
        basis: `(I, P, 3)`.
        points: `(B, P, 3)` of the true heads, in the head's frame.

    Returns:
        `(B,)`, in the unit of the points.
    """
    shape = mean + (identity @ basis.flatten(1)).view(len(identity), *mean.shape)
    return distance(shape, points)
