"""Shows what a photometric step believes: the photo, the head under the light that was found, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import cKDTree

from facerecon.core.types import Camera, Photo
from facerecon.geometry.harmonics import irradiance
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.morphable.face_model import FaceModel
from facerecon.networks.outline import soft_silhouette
from facerecon.networks.rasterizer import interpolate, rasterize
from facerecon.photometric.step import PhotometricStep
from facerecon.photometric.window import DARK, window
from facerecon.texture.linear import to_srgb

SOFTNESS = 0.7
"""px, of the outline"""
NEIGHBOURS = 4
DIMMEST = 0.01


@dataclass(frozen=True, eq=False)
class Comparison:
    """A photo, and the same face as the head model explains it."""

    photo: np.ndarray
    "`(S, S, 3)` uint8 RGB: the window that was read"
    rendered: np.ndarray
    "`(S, S, 3)` uint8 RGB: the face over the photo, reflectance times light"
    residual: np.ndarray
    "`(S, S)` logarithm of the photo's brightness over that of the rendered face; 0 beside it"
    covered: np.ndarray
    "`(S, S)` in [0, 1]: where the face is"


def compare(model: FaceModel, photo: Photo, step: PhotometricStep, number: int, size: int) -> Comparison:
    """Renders the face of a step into one of its photos.

    Args:
        model: the head model.
        photo: which was read.
        step: of the refinement.
        number: of the photo.
        size: px, side of the pictures.
    """
    view, vertices = step.views[number], model.shape(step.identity, step.views[number].expression)
    cut = window(photo, view, vertices[step.rows], size)
    bright, covered = _rendered(model, vertices, step, number, cut.camera(view.camera), size)
    seen = covered > 0.99
    # The photo's own hue: the light's coefficients are of brightness alone.
    hue = cut.colours[seen].mean(axis=0) if seen.any() else np.ones(3)
    shown = bright[..., None] * hue / max(float(hue.mean()), 1e-6)
    share = covered[..., None]
    colours = (1 - share) * cut.colours + share * shown
    residual = np.where(covered > 0.5, np.log(cut.colours.mean(axis=2) + DARK) - np.log(bright + DARK), 0)
    pictures = [to_srgb(one).clip(0, 255).round().astype(np.uint8) for one in (cut.colours, colours)]
    return Comparison(*pictures, residual, covered)


def _rendered(
    model: FaceModel, vertices: np.ndarray, step: PhotometricStep, number: int, camera: Camera, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Renders brightness, `(S, S)` linear, and how far the face covers each pixel."""
    normals = vertex_normals(vertices, model.triangles)
    shading = irradiance(normals, step.lights[number][:, None])[:, 0]
    bright = np.exp(_reflectance(model, step)) * np.maximum(shading, DIMMEST)
    pixels, depth = project_head(camera, step.views[number].camera_from_head, vertices)
    face = (model.face_region > 0.5) & (np.arange(len(vertices)) < model.skin_vertices)
    pixels, depth = torch.tensor(pixels)[None], torch.tensor(depth)[None]
    everything = torch.tensor(model.triangles)
    fragments = rasterize(pixels, depth, everything, size, size)
    picture = interpolate(fragments, torch.tensor(np.column_stack([bright, face]))[None], everything)[0].numpy()
    cover = soft_silhouette(fragments, pixels, everything, SOFTNESS)[0].numpy()
    return picture[..., 0], cover * (picture[..., 1] > 0.5)


def _reflectance(model: FaceModel, step: PhotometricStep) -> np.ndarray:
    """Carries the logarithm of the places' reflectance over to all vertices, `(V,)`: a mean of the nearest."""
    away, nearest = cKDTree(model.mean[step.rows]).query(model.mean, k=NEIGHBOURS)
    weights = 1 / np.maximum(away, 0.1)
    return (step.reflectance[nearest] * weights).sum(axis=1) / weights.sum(axis=1)
