"""A depth camera that looks at a known head."""

import numpy as np

from facerecon.core.types import Camera
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.morphable.pose import first_camera


def small_camera(photo, focal, width):
    full = first_camera(photo)
    factor = width / full.width
    height = round(full.height * factor)
    return Camera(width, height, focal * factor, np.array([(width - 1) / 2, (height - 1) / 2]))


def render_depth(vertices, triangles, camera, camera_from_head):
    """Renders `(H, W)` mm, NaN where nothing is."""
    pixels, depth = project_head(camera, camera_from_head, vertices)
    seen = rasterize(pixels, depth, triangles, camera.height, camera.width).depth.astype(np.float64)
    return np.where(np.isfinite(seen), seen, np.nan)
