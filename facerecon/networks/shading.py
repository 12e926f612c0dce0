"""Light on a matte surface by nine spherical harmonics, in torch, with its derivative by the normal."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_CONVOLVED = [1.0, *[2 / 3] * 3, *[1 / 4] * 5]
_FIRST, _SECOND, _ZONAL = np.sqrt(3 / (4 * np.pi)), np.sqrt(15 / (4 * np.pi)), np.sqrt(5 / (16 * np.pi))


def irradiance_basis(normals: Tensor) -> Tensor:
    """Gives what nine harmonics of unit strength bring to unit normals `(..., 3)`, over pi: `(..., 9)`.

    In the order of `geometry.harmonics` (Ramamoorthi and Hanrahan 2001, equation 8).
    """
    x, y, z = normals.unbind(dim=-1)
    orders = [
        *(torch.full_like(x, 0.5 / np.sqrt(np.pi)), _FIRST * y, _FIRST * z, _FIRST * x),
        *(_SECOND * x * y, _SECOND * y * z, _ZONAL * (3 * z**2 - 1), _SECOND * x * z, _SECOND / 2 * (x**2 - y**2)),
    ]
    return torch.stack(orders, dim=-1) * normals.new_tensor(_CONVOLVED)


def irradiance_slope(normals: Tensor) -> Tensor:
    """Differentiates `irradiance_basis` by the normals: `(..., 9, 3)`."""
    x, y, z = normals.unbind(dim=-1)
    o, first = torch.zeros_like(x), torch.full_like(x, _FIRST)
    rows = [
        *((o, o, o), (o, first, o), (o, o, first), (first, o, o)),
        *((_SECOND * y, _SECOND * x, o), (o, _SECOND * z, _SECOND * y), (o, o, 6 * _ZONAL * z)),
        *((_SECOND * z, o, _SECOND * x), (_SECOND * x, -_SECOND * y, o)),
    ]
    slope = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    return slope * normals.new_tensor(_CONVOLVED)[:, None]
