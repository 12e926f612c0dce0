"""A head whose shape, pose, photo and depth are known: a synthetic sample, seen by a depth camera."""

from types import SimpleNamespace

import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.morphable.pose import first_camera
from facerecon.samples import load_sample, load_truth

WIDTH = 240


@pytest.fixture(scope="session")
def subject(anny):
    """Photo, whole head `vertices` (mm, head frame), camera of a depth map, pose and the depth map itself, mm."""
    photo, truth = load_sample("synthetic_1"), load_truth("synthetic_1")
    vertices = anny.mean + np.tensordot(truth.expression, anny.expression_basis, 1)
    vertices[: anny.skin_vertices] += truth.neutral - anny.mean[: anny.skin_vertices]
    return SimpleNamespace(
        photo=photo,
        neutral=truth.neutral,
        vertices=vertices,
        triangles=anny.triangles[anny.parts == 0],
        camera_from_head=truth.camera_from_head,
        camera=small_camera(photo, truth.focal, WIDTH),
        depth=render_depth(
            vertices, anny.triangles[anny.parts == 0], small_camera(photo, truth.focal, WIDTH), truth.camera_from_head
        ),
    )


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
