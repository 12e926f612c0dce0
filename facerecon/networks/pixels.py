"""Pictures as networks take them."""

from __future__ import annotations

import numpy as np
import torch


def as_pixels(pictures: np.ndarray, device: str | torch.device = "cpu") -> torch.Tensor:
    """Takes pictures `(B, H, W, 3)` uint8 to a device, as `(B, 3, H, W)` float32 in [0, 255]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).to(device).permute(0, 3, 1, 2).float()
