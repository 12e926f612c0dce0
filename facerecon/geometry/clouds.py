"""Point clouds in other frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.geometry.normals import unit
from facerecon.geometry.transforms import apply


def moved(cloud: PointCloud, b_from_a: np.ndarray) -> PointCloud:
    """Moves a cloud by a `(4, 4)` rigid motion or similarity; its normals turn with it."""
    normals = None if cloud.normals is None else unit(cloud.normals @ b_from_a[:3, :3].T)
    return replace(cloud, points=apply(b_from_a, cloud.points), normals=normals)
