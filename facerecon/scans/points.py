"""Parts of a cloud."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facerecon.core.types import PointCloud


def keep(cloud: PointCloud, good: np.ndarray) -> PointCloud:
    """Keeps some points, `(N,)` bool, and the triangles that lie between them."""
    parts = {name: getattr(cloud, name) for name in ("normals", "colours")}
    kept = {name: None if values is None else values[good] for name, values in parts.items()}
    triangles = cloud.triangles
    if triangles is not None:
        row = np.cumsum(good) - 1
        triangles = row[triangles[good[triangles].all(axis=1)]]
    return replace(cloud, points=cloud.points[good], triangles=triangles, **kept)
