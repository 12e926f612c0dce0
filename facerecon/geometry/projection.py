"""The pinhole camera: from millimetres to pixels and back (x right, y down, z forward)."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Camera
from facerecon.geometry.transforms import apply


def project(camera: Camera, points_camera: np.ndarray) -> np.ndarray:
    """Projects `(N, 3)` points in the camera's frame, mm, to `(N, 2)` pixels.

    Points with depth <= 0 have no image; their numbers are not to be used (they are finite only where depth is not 0).
    """
    check_shape(points_camera, ("N", 3), "points_camera")
    with np.errstate(divide="ignore", invalid="ignore"):
        return camera.focal * points_camera[:, :2] / points_camera[:, 2:] + camera.centre


def project_head(
    camera: Camera, camera_from_head: np.ndarray, points_head: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Projects `(N, 3)` points in the head's frame, mm.

    Returns:
        pixels: `(N, 2)`.
        depth: `(N,)` mm along the camera's axis.
    """
    points_camera = apply(camera_from_head, points_head)
    return project(camera, points_camera), points_camera[:, 2]


def backproject(camera: Camera, pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Finds the `(N, 3)` points in the camera's frame, mm, that lie at `(N, 2)` pixels and `(N,)` depths, mm."""
    size = check_shape(pixels, ("N", 2), "pixels")["N"]
    check_shape(depth, (size,), "depth")
    return np.column_stack([(pixels - camera.centre) / camera.focal * depth[:, None], depth])


def resize_camera(camera: Camera, scale: float) -> Camera:
    """Gives the camera of the same photo resized by `scale`; sizes are rounded to whole pixels, at least 1."""
    return Camera(
        width=max(round(camera.width * scale), 1),
        height=max(round(camera.height * scale), 1),
        focal=camera.focal * scale,
        centre=(camera.centre + 0.5) * scale - 0.5,  # pixel centres are whole numbers
    )
