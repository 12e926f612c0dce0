"""Photographs of a coloured scan, so that its colours reach a texture on the same way as those of photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.types import Camera, PointCloud
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import unit
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.sampling import sample_uv
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.scans.meshes import TexturedSurface

DISTANCE = 700.0
"mm from the camera to the middle of the head"
MIDDLE = np.array([0.0, -15.0, -75.0])
"mm, of a head in its frame"
FIELD = 330.0
"mm that a picture is wide at the middle of the head"
TURNS = ((0, 0), (45, 0), (-45, 0), (95, 0), (-95, 0), (180, 0), (0, 60))
"degrees of yaw and pitch"
FEWEST = 0.04
"share of the points that must face a camera"
_SURFEL = 1.5
"times the distance to neighbours: radius of the triangle that stands for a bare point"


def photograph(cloud: PointCloud, camera: Camera, camera_from_cloud: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Takes a picture of a coloured scan, without light or shade.

    Args:
        cloud: with colours; bare points need normals.
        camera: the picture's.
        camera_from_cloud: `(4, 4)` rigid.

    Returns:
        image: `(H, W, 3)` RGB uint8; black where nothing is.
        mask: `(H, W)` 1.0 where the scan is, else 0.0.
    """
    points, triangles, colours = cloud.points, cloud.triangles, cloud.colours
    if triangles is None or not len(triangles):
        points, triangles = _surfels(cloud)
        colours = cloud.colours.repeat(3, axis=0)
    pixels, depth = project_head(camera, camera_from_cloud, points)
    raster = rasterize(pixels, depth, triangles, camera.height, camera.width)
    seen = raster.covered
    image = np.zeros((camera.height, camera.width, 3), np.uint8)
    shades = interpolate(colours.astype(np.float32), triangles, raster.triangle[seen], raster.barycentric[seen])
    image[seen] = np.clip(np.rint(shades), 0, 255)
    return image, seen.astype(np.float64)


def photograph_surfaces(
    surfaces: Sequence[tuple[TexturedSurface, np.ndarray]], camera: Camera
) -> tuple[np.ndarray, np.ndarray]:
    """Takes a picture of textured surfaces, the nearest in front.

    Args:
        surfaces: each with its `camera_from_surface (4, 4)`, rigid or a similarity.
        camera: the picture's.

    Returns:
        As `photograph`.
    """
    image = np.zeros((camera.height, camera.width, 3), np.uint8)
    nearest = np.full((camera.height, camera.width), np.inf, np.float32)
    for surface, pose in surfaces:
        pixels, depth = project_head(camera, pose, surface.points)
        raster = rasterize(pixels, depth, surface.triangles, camera.height, camera.width)
        seen = raster.depth < nearest
        at = (surface.triangles, raster.triangle[seen], raster.barycentric[seen])
        image[seen] = sample_uv(surface.image, interpolate(surface.uv, *at))
        nearest[seen] = raster.depth[seen]
    return image, np.isfinite(nearest).astype(np.float64)


def studio(normals: np.ndarray, pixels: int) -> list[tuple[Camera, np.ndarray]]:
    """Places cameras around a head where enough of a scan faces them.

    Args:
        normals: `(N, 3)` of the scan, in the head frame.
        pixels: side of the pictures.

    Returns:
        Each camera and its `camera_from_head (4, 4)`; the first stands before the face.
    """
    middle = (pixels - 1) / 2
    camera = Camera(pixels, pixels, pixels * DISTANCE / FIELD, np.array([middle, middle]))
    places = []
    for yaw, pitch in np.radians(TURNS):
        rotation = camera_from_head_rotation(yaw, pitch, 0)
        facing = normals @ rotation[2] < -0.4
        if not places or facing.mean() > FEWEST:
            places.append((camera, rigid(rotation, [0, 0, DISTANCE] - rotation @ MIDDLE)))
    return places


def _surfels(cloud: PointCloud) -> tuple[np.ndarray, np.ndarray]:
    """Makes a small triangle of each point, across its normal: vertices `(3N, 3)` and triangles `(N, 3)`."""
    away, _ = cKDTree(cloud.points).query(cloud.points, k=min(4, len(cloud)))
    size = _SURFEL * np.minimum(away[:, -1], 3 * np.median(away[:, -1]))[:, None]
    aside = np.where(np.abs(cloud.normals[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = unit(np.cross(cloud.normals, aside))
    second = np.cross(cloud.normals, first)
    turns = [(np.cos(angle), np.sin(angle)) for angle in 2 * np.pi * np.arange(3) / 3]
    corners = [cloud.points + size * (cos * first + sin * second) for cos, sin in turns]
    return np.stack(corners, axis=1).reshape(-1, 3), np.arange(3 * len(cloud)).reshape(-1, 3)
