"""A ball with an eye, a camera in front of it, and a photo."""

import numpy as np
import pytest

from facerecon.core.types import Camera, Mesh, Texture

RADIUS, DISTANCE, FOCAL = 80.0, 600.0, 500.0


def ball(radius, centre, rows=30, columns=40):
    """u runs from the subject's right (-x) over the front (+z) to the left, v from top to bottom."""
    r, t = np.meshgrid(np.linspace(0, np.pi, rows + 1), np.linspace(0, 2 * np.pi, columns + 1), indexing="ij")
    vertices = np.stack([-np.sin(r) * np.sin(t), np.cos(r), -np.sin(r) * np.cos(t)], axis=-1).reshape(-1, 3)
    uv = np.stack([t / (2 * np.pi), r / np.pi], axis=-1).reshape(-1, 2)
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b, c, d = a + 1, a + columns + 1, a + columns + 2
    triangles = np.concatenate([np.stack([a, c, d], axis=1), np.stack([a, d, b], axis=1)])
    corners = vertices[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return vertices * radius + centre, uv, triangles[area > 1e-9]


@pytest.fixture(scope="session")
def mesh() -> Mesh:
    vertices, uv, triangles = ball(RADIUS, (0, 0, 0))
    eye, eye_uv, eye_triangles = ball(12, (30, 10, 75), 12, 16)
    return Mesh(
        np.vstack([vertices, eye]),
        np.vstack([triangles, eye_triangles + len(vertices)]),
        np.vstack([uv, eye_uv]),
        np.vstack([triangles, eye_triangles + len(uv)]),
        np.repeat([0, 1], [len(triangles), len(eye_triangles)]),
        ("skin", "eye_left"),
    )


@pytest.fixture(scope="session")
def camera() -> Camera:
    return Camera(240, 200, FOCAL, np.array([119.5, 99.5]))


@pytest.fixture(scope="session")
def pose() -> np.ndarray:
    camera_from_head = np.diag([1.0, -1, -1, 1])
    camera_from_head[2, 3] = DISTANCE
    return camera_from_head


@pytest.fixture(scope="session")
def texture() -> Texture:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:] = (200, 150, 120)
    provenance = np.zeros((64, 64), np.uint8)
    provenance[:, 32:] = 1
    provenance[40:] = 2
    return Texture(image, provenance)


@pytest.fixture
def photo() -> np.ndarray:
    image = np.random.default_rng(5).integers(60, 180, (200, 240, 3), np.uint8)
    image.flags.writeable = False  # whoever draws into the input fails here
    return image
