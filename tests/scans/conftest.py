"""A head whose shape, pose, photo and depth are known: a synthetic sample, seen by a depth camera."""

from types import SimpleNamespace

import numpy as np
import pytest
from depth_camera import render_depth, small_camera

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
