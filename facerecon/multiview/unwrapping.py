"""Brings a photo into the head's uv: what was the same skin lies nearly at the same texel, whatever the view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.types import Photo
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project, resize_camera
from facerecon.geometry.rasterize import depth_buffer
from facerecon.geometry.sampling import sample
from facerecon.geometry.transforms import apply
from facerecon.morphable.observation import ViewState
from facerecon.texture.atlas import Atlas

STEEPEST = 0.2
"""cosine to the camera below which skin is too foreshortened to be compared"""
_BUFFER_PX = 400
_TOLERANCE_MM = 3.0
_GREY, _CONTRAST = 128.0, 45.0
_DARK = 8.0


@dataclass(frozen=True, eq=False)
class Unwrapped:
    """One photo in uv."""

    picture: np.ndarray
    "`(S, S)` uint8: brightness against its surroundings, so that light and exposure are gone; grey where unseen"
    seen: np.ndarray
    "`(S, S)` bool"
    facing: np.ndarray
    "`(S, S)` float32: cosine between the normal and the way to the camera"
    points: np.ndarray
    "`(S, S, 3)` float32 mm, head frame: the surface with the photo's expression"


def unwrap(
    photo: Photo, view: ViewState, vertices: np.ndarray, triangles: np.ndarray, atlas: Atlas, face: np.ndarray
) -> Unwrapped:
    """Reads a photo at each texel of the face.

    Args:
        photo: one photo.
        view: its camera and pose.
        vertices: `(V, 3)` mm, head frame: the head with the photo's expression.
        triangles: `(T, 3)` of the whole head: all of them occlude.
        atlas: which point of the skin each texel shows.
        face: `(N,)` bool by texel of the atlas: what is compared.
    """
    points = apply(view.camera_from_head, vertices)
    normals = vertex_normals(points, triangles)
    cosine = -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)
    texels = (atlas.from_vertices @ np.column_stack([points, vertices, cosine]).astype(np.float32)).astype(np.float64)
    in_camera, facing = texels[:, :3], texels[:, 6]
    eye = resize_camera(view.camera, min(_BUFFER_PX / max(view.camera.width, view.camera.height), 1))
    buffer = depth_buffer(project(eye, points), points[:, 2], triangles, eye.height, eye.width)
    behind = in_camera[:, 2] - sample(buffer, project(eye, in_camera), nearest=True)
    pixels = project(view.camera, in_camera)
    inside = ((pixels >= 0) & (pixels <= (view.camera.width - 1, view.camera.height - 1))).all(axis=1)
    # A slanted surface changes its depth within a pixel of the buffer.
    slack = _TOLERANCE_MM + 2 * in_camera[:, 2] / eye.focal / np.maximum(facing, STEEPEST)
    seen = face & inside & (facing > STEEPEST) & (behind < slack)
    bright = _reduced_brightness(photo, view, in_camera, pixels, seen, atlas.size)
    return Unwrapped(
        picture=_normalised(_spread(bright, atlas), _spread(seen, atlas), atlas.size / 85),
        seen=_spread(seen, atlas),
        facing=_spread(facing.astype(np.float32), atlas),
        points=_spread(texels[:, 3:6].astype(np.float32), atlas),
    )


def _spread(values: np.ndarray, atlas: Atlas) -> np.ndarray:
    """Puts values of the texels into a picture; 0 elsewhere."""
    picture = np.zeros((atlas.size**2, *values.shape[1:]), values.dtype)
    picture[atlas.texels] = values
    return picture.reshape(atlas.size, atlas.size, *values.shape[1:])


def _reduced_brightness(
    photo: Photo, view: ViewState, in_camera: np.ndarray, pixels: np.ndarray, seen: np.ndarray, size: int
) -> np.ndarray:
    """Reads a photo's logarithmic brightness, `(N,)` float32, made as coarse as the texels, so that nothing aliases."""
    if not seen.any():
        return np.zeros(len(pixels), np.float32)
    grey = cv2.cvtColor(photo.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    # Pixels a texel: by the areas that the face covers in both.
    covered = np.ptp(pixels[seen], axis=0).prod()
    finer = np.sqrt(covered / max(int(seen.sum()), 1))
    if finer > 1:
        grey = cv2.GaussianBlur(grey, (0, 0), 0.5 * finer)
    return np.log(sample(grey, pixels) + np.float32(_DARK))


def _normalised(bright: np.ndarray, seen: np.ndarray, radius: float) -> np.ndarray:
    """Takes the local mean off and divides by the local deviation, `(S, S)` uint8: light changes slowly over skin."""
    mask = seen.astype(np.float32)

    def blurred(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (0, 0), radius)

    share = np.maximum(blurred(mask), np.float32(1e-6))
    rest = (bright - blurred(bright * mask) / share) * mask
    deviation = np.sqrt(blurred(rest**2) / share) + np.float32(0.01)
    return np.where(seen, (_GREY + _CONTRAST * rest / deviation).clip(0, 255), _GREY).astype(np.uint8)
