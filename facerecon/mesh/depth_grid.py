"""A mesh of a depth map: a vertex a pixel, and no triangle across an edge of depth."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Camera, Mesh
from facerecon.geometry.projection import backproject, project_head, resize_camera
from facerecon.geometry.rasterize import depth_buffer
from facerecon.geometry.transforms import apply, invert
from facerecon.mesh.builder import BuilderError, MeshSource
from facerecon.mesh.repair import cut_apart

SPACING = 2.0
"""mm between neighbours on a surface that faces the camera."""
STEEPEST = np.radians(78)
"""A triangle that leans further away from the camera bridges two surfaces."""


class DepthGrid:
    """What the photo's camera sees of the fitted head; uv are places in the photo."""

    name = "depth"

    def __init__(self, spacing: float = SPACING):
        self.spacing = spacing

    def build(self, source: MeshSource) -> Mesh:
        view, head = source.view, source.head
        distance = view.camera_from_head[2, 3]
        camera = resize_camera(view.camera, min(distance / view.camera.focal / self.spacing, 4.0))
        points, depth = project_head(camera, view.camera_from_head, head.vertices)
        seen = depth_buffer(points, depth, head.triangles, camera.height, camera.width)
        return grid_mesh(seen, camera, view.camera_from_head)


def grid_mesh(depth: np.ndarray, camera: Camera, camera_from_head: np.ndarray, steepest: float = STEEPEST) -> Mesh:
    """Joins the pixels of a depth map.

    Args:
        depth: `(H, W)` mm along the camera's axis; inf or NaN where there is none.
        camera: of that size.
        camera_from_head: `(4, 4)` rigid.
        steepest: radians between a triangle's normal and the line of sight, beyond which it is left out.

    Raises:
        BuilderError: no triangle is left.
    """
    rows, columns = np.nonzero(np.isfinite(depth))
    number = np.full(depth.shape, -1)
    number[rows, columns] = np.arange(len(rows))
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    points = backproject(camera, np.column_stack([columns, rows]).astype(float), depth[rows, columns].astype(float))
    triangles = np.concatenate([np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((a, c, b), (b, c, d))])
    triangles = triangles[(triangles >= 0).all(axis=1)]
    corners = points[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sight = corners.mean(axis=1)
    lean = -np.einsum("tk,tk->t", normal, sight)
    flat = lean > np.cos(steepest) * np.linalg.norm(normal, axis=1) * np.linalg.norm(sight, axis=1)
    used, triangles = np.unique(triangles[flat], return_inverse=True)
    if not len(used):
        raise BuilderError("The photo's camera does not see the head.")
    triangles = triangles.reshape(-1, 3)
    uv = np.column_stack([columns[used] + 0.5, rows[used] + 0.5]) / (camera.width, camera.height)
    mesh = Mesh(apply(invert(camera_from_head), points[used]), triangles, uv, triangles)
    return cut_apart(mesh)[0]  # triangles may touch at a corner only
