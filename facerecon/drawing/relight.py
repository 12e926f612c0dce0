"""A head without its light, ready to be put under another: reflectance and normals, pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.types import Camera, Mesh, Texture
from facerecon.drawing.render import Look, render_layer
from facerecon.drawing.shading import FLAT, to_linear, to_srgb
from facerecon.geometry.harmonics import irradiance, turned

VIEWER = np.diag([1.0, -1.0, -1.0])
"""From the camera's axes (y down, z forward) to the viewer's (y up, z to the viewer)."""


@dataclass(frozen=True, eq=False)
class Plates:
    """Pictures of a head from one place, `(H, W, 4)` RGBA uint8 each."""

    photo: np.ndarray
    "in the light of its photo"
    albedo: np.ndarray
    "without light"
    normals: np.ndarray
    "x right, y up, z to the viewer, each from -1 to 1"


def plates(
    mesh: Mesh, texture: Texture, part_images: Mapping[str, np.ndarray], camera: Camera, camera_from_head: np.ndarray
) -> Plates:
    """Draws what relighting needs.

    Args:
        mesh: the head.
        texture: with its albedo.
        part_images: of the parts that are not skin.
        camera: its size is the pictures'.
        camera_from_head: `(4, 4)`.

    Raises:
        ValueError: the texture has no albedo.
    """
    if texture.albedo is None:
        raise ValueError("the light of this texture is not known")
    look = Look("textured", texture, part_images, lighting=FLAT)
    bare = replace(look, texture=replace(texture, image=texture.albedo))
    drawn = (render_layer(mesh, camera, camera_from_head, one) for one in (look, bare, Look("normals")))
    return Plates(*drawn)


def seen_light(light: np.ndarray, camera_from_head: np.ndarray) -> np.ndarray:
    """Turns `(9, 3)` coefficients from the head's frame to the viewer's."""
    return turned(light, VIEWER @ camera_from_head[:3, :3])


def relit(picture: Plates, light: np.ndarray) -> np.ndarray:
    """Puts a head under light, `(9, 3)` as the viewer sees it: `(H, W, 4)` RGBA uint8."""
    result, inside = picture.albedo.copy(), picture.albedo[..., 3] > 0
    normals = picture.normals[inside][:, :3] / 127.5 - 1
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    arriving = np.maximum(irradiance(normals, light), 0)
    result[inside, :3] = np.rint(255 * to_srgb(to_linear(picture.albedo[inside][:, :3]) * arriving))
    return result
