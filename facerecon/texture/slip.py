"""Where two photos of one skin do not meet: dense correspondence between a photo and the head in another's texture.

A fit is never exact, so what one photo shows beside the nose another shows a few pixels away. The head is drawn as a
photo should have seen it, textured by the photos before it, and dense inverse search (Kroeger et al. 2016) finds where
the photo has each pixel instead.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from facerecon.core.types import Camera
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.projection import project, resize_camera
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.sampling import sample
from facerecon.texture.capture import Capture, read_colours
from facerecon.texture.extend import extend
from facerecon.texture.layout import Layout
from facerecon.texture.source import Source

_SIDE = 640
"""px: the longer side of the pictures that are compared"""
_LEAST_TRUST = 0.3
_AGREEMENT_PX = 0.7
"""standard deviation of there-and-back that is still believed, on the compared pictures"""
_FARTHEST_MM = 8.0
"""a slip beyond this is another face, or flow gone astray"""
_CONTRAST_MM = 5.0
_REACH_MM, _DETAIL_MM = 25.0, 6.0
_LEAST_AREA_MM2 = 400.0


def find_slip(sources: list[Source], capture: Capture, trust: np.ndarray, layout: Layout) -> np.ndarray:
    """Finds how far a photo's picture of each vertex lies from where the fit says.

    Args:
        sources: photos before it, already where they should be.
        capture: the photo.
        trust: `(V,)` of its vertices.
        layout: of the texture.

    Returns:
        `(V, 2)` px of `capture.image`, to be added to `capture.pixels`; 0 where too little is seen by both.
    """
    other = max(sources, key=lambda one: float(layout.areas @ (one.trust * trust)))
    both = np.minimum(other.trust, trust)
    nothing = np.zeros((len(trust), 2))
    if layout.areas @ (both > _LEAST_TRUST) < _LEAST_AREA_MM2:
        return nothing
    scale = min(1.0, _SIDE / max(capture.camera.width, capture.camera.height))
    camera = resize_camera(capture.camera, scale)
    drawn, inside = _drawn(other, both, capture, camera, layout)
    photo = cv2.resize(capture.image, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    radius = _CONTRAST_MM * camera.focal / float(np.median(capture.vertices[both > _LEAST_TRUST, 2]))
    first, second = (_even(one, inside, radius) for one in (drawn, photo))
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there, back = finder.calc(first, second, None), finder.calc(second, first, None)
    at = project(camera, capture.vertices)
    flow = sample(there, at)
    away = np.linalg.norm(flow + sample(back, at + flow), axis=1)
    sure = both * np.exp(-0.5 * (away / _AGREEMENT_PX) ** 2) * (sample(inside, at) > 0.5)
    flow = extend(layout, flow.astype(np.float64), sure * (both > _LEAST_TRUST), np.zeros(2), _REACH_MM, _DETAIL_MM)
    farthest = _FARTHEST_MM * camera.focal / np.maximum(capture.vertices[:, 2:], 1)
    length = np.linalg.norm(flow, axis=1, keepdims=True)
    return flow * np.minimum(farthest / np.maximum(length, 1e-9), 1) / scale


def moved(capture: Capture, slip: np.ndarray, layout: Layout) -> Capture:
    """Gives a capture that is looked up `slip`, `(V, 2)` px, from where the fit says; its light is in it again."""
    pixels = capture.pixels + slip
    colours = read_colours(capture, pixels, layout)
    return replace(capture, pixels=pixels, colours=colours, albedo=colours)


def straightened(capture: Capture, slip: np.ndarray, layout: Layout) -> Capture:
    """Gives a capture whose photo is bent so that each vertex is seen where the fit says, instead of `slip` px off."""
    camera = capture.camera
    raster = rasterize(
        project(camera, capture.vertices), capture.vertices[:, 2], layout.triangles, camera.height, camera.width
    )
    seen = raster.covered
    pixels = (capture.pixels + slip).astype(np.float32)
    at = interpolate(pixels, layout.triangles, raster.triangle[seen], raster.barycentric[seen])
    image = capture.image.copy()
    image[seen] = capture.look_up(at).astype(np.uint8)
    return replace(capture, image=image)


def _drawn(
    other: Source, both: np.ndarray, capture: Capture, camera: Camera, layout: Layout
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the head as a photo should see it, in another's texture; and where that is possible, float32 0 or 1."""
    raster = rasterize(
        project(camera, capture.vertices), capture.vertices[:, 2], layout.triangles, camera.height, camera.width
    )
    seen = raster.covered
    triangle, weights = raster.triangle[seen], raster.barycentric[seen]
    by_vertex = np.column_stack([other.pixels, both * capture.free]).astype(np.float32)
    values = interpolate(by_vertex, layout.triangles, triangle, weights)
    picture, inside = np.zeros((*seen.shape, 3), np.uint8), np.zeros(seen.shape, np.float32)
    picture[seen] = other.capture.look_up(values[:, :2]).astype(np.uint8)
    inside[seen] = values[:, 2] > _LEAST_TRUST
    return picture, inside


def _even(picture: np.ndarray, inside: np.ndarray, radius: float) -> np.ndarray:
    """Takes light and exposure out of a picture, `(H, W)` uint8: what is left is structure finer than a radius, px."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    share = cv2.GaussianBlur(inside, (0, 0), radius) + 1e-3
    away = (grey - cv2.GaussianBlur(grey * inside, (0, 0), radius) / share) * inside
    spread = np.sqrt(
        cv2.GaussianBlur(away**2, (0, 0), 2 * radius) / (cv2.GaussianBlur(inside, (0, 0), 2 * radius) + 1e-3)
    )
    return np.clip(128 + 45 * away / (spread + 2), 0, 255).astype(np.uint8)
