"""Renders the textured head with smooth shading, for correspondences and synthetic subjects."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from facerecon.core.types import Camera
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import Raster, rasterize
from facerecon.morphable.face_model import FaceModel


@dataclass(frozen=True, eq=False)
class Light:
    directions: np.ndarray = field(default_factory=lambda: np.array([[0.5, 0.5, 1.0], [-0.7, 0.2, 0.6], [0, 1.0, 0.1]]))
    "`(K, 3)` towards the lights, head frame of a frontal head (camera axes with y up, z to the camera)"
    powers: np.ndarray = field(default_factory=lambda: np.array([0.55, 0.25, 0.15]))
    "`(K,)`"
    ambient: float = 0.32
    gloss: float = 0.06


def render(
    model: FaceModel,
    vertices: np.ndarray,
    camera: Camera,
    camera_from_head: np.ndarray,
    images: dict[str, np.ndarray],
    background: np.ndarray,
    light: Light | None = None,
) -> tuple[np.ndarray, Raster]:
    """Renders at twice the size and halves it: `(H, W, 3)` uint8, and the raster at the doubled size."""
    light = light or Light()
    height, width = 2 * camera.height, 2 * camera.width
    points, depth = project_head(camera, camera_from_head, vertices)
    raster = rasterize((points + 0.5) * 2 - 0.5, depth, model.triangles, height, width)
    seen = raster.covered
    triangle, weights = raster.triangle[seen], raster.barycentric[seen]
    to_camera = camera_from_head[:3, :3] * np.array([[1], [-1], [-1]])
    normal = interpolate(vertex_normals(vertices, model.triangles), model.triangles, triangle, weights) @ to_camera.T
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    uv = interpolate(model.uv, model.uv_triangles, triangle, weights)
    colour = np.zeros((len(triangle), 3))
    for index, name in enumerate(model.part_names):
        rows = model.parts[triangle] == index
        if rows.any():
            colour[rows] = _sample(images[name], uv[rows])
    directions = light.directions / np.linalg.norm(light.directions, axis=1, keepdims=True)
    lambert = np.maximum(normal @ directions.T, 0) @ light.powers
    halfway = directions[0] + [0, 0, 1]
    shine = np.maximum(normal @ (halfway / np.linalg.norm(halfway)), 0) ** 24
    image = np.array(np.broadcast_to(cv2.resize(background, (width, height)), (height, width, 3)), dtype=np.float64)
    image[seen] = colour * (light.ambient + lambert)[:, None] + 255 * light.gloss * shine[:, None]
    small = cv2.resize(image.clip(0, 255), (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    return small.round().astype(np.uint8), raster


def _sample(image: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Samples an image bilinearly at `(N, 2)` uv: `(N, 3)`."""
    pixels = uv * [image.shape[1], image.shape[0]] - 0.5
    pad = -len(pixels) % 1024
    folded = np.pad(pixels, ((0, pad), (0, 0))).reshape(-1, 1024, 2).astype(np.float32)
    return cv2.remap(image, folded, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(-1, 3)[: len(uv)]
