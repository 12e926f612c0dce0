"""Rotations as networks give them: six numbers (Zhou et al. 2019, arXiv:1812.07035)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize


def rotation_from_six(six: Tensor) -> Tensor:
    """Turns six numbers into a rotation, by Gram and Schmidt (section 4.2, equation 15).

    Angles and quaternions jump somewhere, or name a rotation twice, and a network has to learn that jump; these six
    numbers do not. They are read as where the x and the y axis point; whatever they are, the result is a rotation,
    determinant +1, unless one of the axes is 0 or both lie along one line.

    Args:
        six: `(..., 6)` x axis, then y axis; of any length, not orthogonal.

    Returns:
        `(..., 3, 3)`, whose columns are the axes.
    """
    x = normalize(six[..., :3], dim=-1)
    y = six[..., 3:]
    y = normalize(y - (x * y).sum(dim=-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)


def angle_between(first: Tensor, second: Tensor) -> Tensor:
    """Measures the angle from one rotation to another, `(...)` radians in [0, π], of `(..., 3, 3)` and the same.

    |A − B|² = 8 sin²(angle / 2): exact near 0 too, where the arc cosine of a trace is not.
    """
    half = (first - second).square().sum(dim=(-2, -1)).sqrt() / 8**0.5
    return 2 * torch.asin(half.clamp(max=1))
