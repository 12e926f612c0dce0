"""The fitted head over its photo."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Camera, Mesh
from facerecon.drawing.overlays import draw_outline
from facerecon.drawing.render import render
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize


def draw_head(
    image: np.ndarray,
    mesh: Mesh,
    camera: Camera,
    camera_from_head: np.ndarray,
    opacity: float = 0.75,
    style: str = "clay",
    supersample: int = 2,
    **paint: object,
) -> np.ndarray:
    """Lays a shaded head over the photo that it was fitted to.

    Args:
        image: `(H, W, 3)` RGB uint8; its size is the camera's.
        mesh: the head.
        camera: the photo's.
        camera_from_head: `(4, 4)`.
        opacity: of the head, in [0, 1].
        style: one of `render.STYLES`.
        supersample: samples a pixel along each axis; 1 is fast enough to scrub through a fit.
        **paint: `texture`, `part_images`, `colours`, `lighting`, as for `render`.

    Returns:
        `(H, W, 3)` uint8.
    """
    if image.shape[:2] != (camera.height, camera.width):
        raise ValueError(f"the image is {image.shape[:2]}, its camera {(camera.height, camera.width)}")
    return render(
        mesh,
        camera,
        camera_from_head,
        style=style,
        background=image,
        opacity=opacity,
        supersample=supersample,
        **paint,
    )


def draw_silhouette(image: np.ndarray, mesh: Mesh, camera: Camera, camera_from_head: np.ndarray) -> np.ndarray:
    """Draws the outline of the fitted head over its photo."""
    return draw_outline(image, silhouette(mesh, camera, camera_from_head))


def silhouette(mesh: Mesh, camera: Camera, camera_from_head: np.ndarray) -> np.ndarray:
    """Finds which pixels a head covers, `(height, width)` bool."""
    pixels, depth = project_head(camera, camera_from_head, mesh.vertices)
    return rasterize(pixels, depth, mesh.triangles, camera.height, camera.width).triangle >= 0
