"""The large pictures of the pages, made from photos and steps. Pure."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.app.thumbnails import cropped_camera, face_crop, jpeg, portrait_camera
from facerecon.core.types import Mesh, Photo, Reconstruction, Texture, View
from facerecon.drawing.crops import Crop, crop
from facerecon.drawing.heads import draw_head
from facerecon.drawing.overlays import draw_residuals
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.sampling import sample_uv
from facerecon.morphable.fitting import FitStep

LONGEST = 1400
"""px; what is sent to a browser is not larger."""
SIDE = 880
"""px of a square picture of the face."""
NEAR = 640
"""px of a face from near, beside a larger picture."""


def reduced(image: np.ndarray, longest: int = LONGEST) -> np.ndarray:
    """Scales a picture down to a longest side; smaller ones stay as they are."""
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def shrunk(photo: Photo, percent: int) -> Photo:
    """Gives the photo at a share of its size; its digest names the share."""
    if percent >= 100:
        return photo
    size = tuple(max(8, round(side * percent / 100)) for side in photo.image.shape[1::-1])
    image = cv2.resize(photo.image, size, interpolation=cv2.INTER_AREA)
    return Photo(image, f"{photo.digest}@{percent}", None, photo.name)


def seen_picture(small: Photo, shape: tuple[int, int]) -> bytes:
    """Shows what a detector saw, pixel by pixel, at the size of the photo; as JPEG, which is made once.

    Args:
        small: the picture that the detector saw.
        shape: (height, width) of the photo, px.
    """
    scale = LONGEST / max(shape)
    size = (round(shape[1] * scale), round(shape[0] * scale))
    if small.image.shape[:2] != tuple(shape):
        mode = cv2.INTER_NEAREST
    else:
        mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return jpeg(cv2.resize(small.image, size, interpolation=mode))


def near_picture(small: Photo, box: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Shows a face and some air from near, as JPEG; and the frame `(4,)` of what is seen, px of the photo."""
    cut = crop(small.image, box, NEAR, margin=0.35)
    return jpeg(cut.image), cut.frame


def face_picture(result: Reconstruction, number: int, size: int = SIDE) -> Crop:
    """Cuts the chosen face out of one of the photos."""
    box = result.faces[number].boxes[result.chosen[number]]
    return face_crop(result.photos[number], box, size)


def fitted_picture(cut: Crop, mesh: Mesh, view: View, opacity: float = 0.8) -> np.ndarray:
    """Shows a head over the crop of its photo."""
    return draw_head(cut.image, mesh, cropped_camera(cut, view.camera), view.camera_from_head, opacity)


def fit_step_picture(
    cut: Crop, mesh: Mesh | None, step: FitStep, number: int, points: np.ndarray, outline: np.ndarray
) -> np.ndarray:
    """Shows one step of the fit: the head as it is then, and how far each landmark is from its place.

    Args:
        cut: the face in the photo.
        mesh: the head at that step; None: only the residuals.
        step: of the fit.
        number: of the photo.
        points: `(L, 2)` landmarks, px of the photo.
        outline: `(S,)` which of them slide along the head's outline at that step.
    """
    view = step.views[number]
    image = cut.image
    if mesh is not None:
        camera = cropped_camera(cut, view.camera)
        image = draw_head(image, mesh, camera, view.camera_from_head, opacity=0.62, supersample=1)
    fitted = cut.to_crop(step.observations[number].projected)
    return draw_residuals(image, cut.to_crop(points), fitted, width=1.6, sliding=outline)


def provenance_shares(mesh: Mesh, region: np.ndarray, texture: Texture, size: int = 400) -> np.ndarray:
    """Measures how much of the face, as it is seen from its front, is seen, mirrored and filled: `(3,)`, sum 1.

    Args:
        mesh: with uv; the first part is the skin.
        region: `(V,)` in [0, 1], 1 on the face.
        texture: laid out by the mesh's uv.
        size: px of the picture that is counted.
    """
    camera, pose = portrait_camera(mesh, size)
    points, depth = project_head(camera, pose, mesh.vertices)
    raster = rasterize(points, depth, mesh.triangles, size, size)
    seen = raster.triangle >= 0
    triangle, weights = raster.triangle[seen], raster.barycentric[seen]
    on_face = region[mesh.triangles[triangle]].mean(axis=1) > 0.5
    if mesh.parts is not None:
        on_face &= mesh.parts[triangle] == 0
    uv = interpolate(mesh.uv, mesh.uv_triangles, triangle[on_face], weights[on_face])
    kinds = sample_uv(texture.provenance, uv, nearest=True).astype(int).ravel()
    return np.bincount(kinds, minlength=3) / max(len(kinds), 1)
