"""A head that turns once around, picture by picture, by our own rasteriser: it needs no graphics card and no window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from facerecon.core.types import Camera, Mesh, Texture
from facerecon.drawing.render import GROUND, render
from facerecon.geometry.transforms import camera_from_head_rotation, rigid

DISTANCE = 5.0
"""Of the camera from the head's middle, in head heights: far enough not to swell the nose."""
AIR = 1.1
"""How much larger the picture is than the head."""


def turntable(
    mesh: Mesh,
    count: int,
    size: tuple[int, int],
    *,
    style: str = "textured",
    texture: Texture | None = None,
    part_images: Mapping[str, np.ndarray] | None = None,
    background: tuple[int, int, int] = GROUND,
) -> Iterator[np.ndarray]:
    """Renders a whole turn; the picture after the last one would be the first again.

    Args:
        mesh: the head.
        count: of pictures in the turn.
        size: width and height, px.
        style: one of `drawing.render.STYLES`.
        texture: of the skin.
        part_images: of the other parts.
        background: RGB.

    Yields:
        `(height, width, 3)` uint8: first the front, then more and more of the head's right side.
    """
    for index in range(count):
        camera, pose = turned_camera(mesh, size, 2 * np.pi * index / count)
        yield render(mesh, camera, pose, style=style, texture=texture, part_images=part_images, background=background)


def turned_camera(mesh: Mesh, size: tuple[int, int], yaw: float) -> tuple[Camera, np.ndarray]:
    """Places a camera before a turned head, at the same distance for every angle; gives it and `camera_from_head`."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    middle, height = (low + high) / 2, float(high[1] - low[1])
    # It turns about the vertical through its middle: the farthest vertex decides how wide the picture must be.
    reach = float(np.linalg.norm((mesh.vertices - middle)[:, [0, 2]], axis=1).max())
    distance = DISTANCE * height
    nearest = distance - reach
    focal = min(size[0] / (2 * reach), size[1] / height) * nearest / AIR
    rotation = camera_from_head_rotation(yaw, 0.0, 0.0)
    pose = rigid(rotation, np.array([0, 0, distance]) - rotation @ middle)
    return Camera(*size, focal, (np.array(size) - 1) / 2), pose
