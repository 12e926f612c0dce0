"""Teeth and tongue as a photo shows them between open lips: their colours, and the picture of the teeth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Camera, Mesh, View
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project, project_head
from facerecon.geometry.rasterize import depth_buffer, rasterize
from facerecon.geometry.sampling import sample
from facerecon.geometry.transforms import apply
from facerecon.texture.ramp import ramp
from facerecon.texture.skin import lab

_NARROWEST_PX, _FEWEST = 2.5, 12
"mean height of an opening, and pixels in it, below which colours are those of the lips that stray into it"
_RED = 8.0
"a* of lips below which the photo has too little colour to tell teeth from tongue"
_TOOTH_RED, _TOOTH_LIGHT, _DARKEST = (0.62, 0.38), (0.6, 0.8), 30.0
"shares of the lips' a*, and of the mouth's brightest L, between which a pixel becomes a tooth; least L"
_TONGUE_RED, _TONGUE_SHARE = 0.75, 0.12
_BRIGHTEST = 95
"percentile of L that stands for the brightest"
_RESOLVED_PX = 5.0
"height of the teeth from which their picture is worth more than the painted one"
_SURE = (0.6, 0.95)
"how far a pixel must be a tooth for its colour to be taken: lips tinge the teeth beside them"
_FINER = 4
"samples a pixel of the picture that tells what hides the teeth"
_HIDDEN_MM = 1.5
_SOFT = 0.012
"of the picture's side: how softly the photo's teeth end among the painted ones"


@dataclass(frozen=True, eq=False)
class Opening:
    """What lies between open lips in a photo."""

    corner: np.ndarray
    "`(2,)` px: where in the photo the cut begins"
    image: np.ndarray
    "`(h, w, 3)` RGB uint8: the photo around the lips"
    tooth: np.ndarray
    "`(h, w)` float32 in [0, 1]: how far each pixel is a tooth"
    teeth: np.ndarray
    "`(3,)` RGB in [0, 255] of the teeth"
    tongue: np.ndarray | None
    "`(3,)` RGB of what is red behind the lips; None: hardly anything"
    height: float
    "px of the teeth"


@dataclass(frozen=True, eq=False)
class Mouth:
    """What the parts in a mouth are painted with."""

    teeth: np.ndarray
    "`(3,)` RGB in [0, 255] of the teeth"
    tongue: np.ndarray | None
    "`(3,)` RGB; None: not seen"
    picture: np.ndarray | None
    "`(S, S, 3)` RGB in [0, 255] of the teeth, by their uv; None: too small in the photo"
    share: np.ndarray | None
    "`(S, S)` in [0, 1]: where the photo shows them"


def look_into(image: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> Opening | None:
    """Looks for teeth between lips.

    Teeth are told from tongue, gums and lips by their redness, which is hardly any, and from the dark behind them by
    their brightness; both beside what this very photo shows, so that its light and white balance matter little.

    Args:
        image: `(H, W, 3)` RGB uint8.
        inner: `(N, 2)` px, the ring of the inner lips.
        outer: `(M, 2)` px, the ring of the outer lips.

    Returns:
        None where the mouth is shut, too small, or shows no teeth.
    """
    check_shape(image, ("H", "W", 3), "image")
    low = np.clip(np.floor(outer.min(axis=0)).astype(int) - 2, 0, image.shape[1::-1])
    high = np.clip(np.ceil(outer.max(axis=0)).astype(int) + 3, 0, image.shape[1::-1])
    cut = image[low[1] : high[1], low[0] : high[0]]
    if not cut.size:
        return None
    within, around = (_filled(ring - low, cut.shape) for ring in (inner, outer))
    lips, opening = cut[around & ~within], cut[within]
    width = max(float(np.ptp(inner[:, 0])), 1.0)
    if len(lips) < _FEWEST or len(opening) < max(_NARROWEST_PX * width, _FEWEST):
        return None
    shades = lab(cut.reshape(-1, 3)).reshape(*cut.shape[:2], 3)
    red = float(np.median(shades[around & ~within][:, 1]))
    if red < _RED:
        return None
    brightest = max(float(np.percentile(shades[within][:, 0], _BRIGHTEST)), 1.0)
    pale = ramp(shades[..., 1] / red, *_TOOTH_RED)
    bright = ramp(shades[..., 0] / brightest, *_TOOTH_LIGHT) * (shades[..., 0] > _DARKEST)
    tooth = (within * pale * bright).astype(np.float32)
    sure = tooth > 0.5
    if sure.sum() < _FEWEST or sure.sum() < 0.1 * within.sum():
        return None
    light = shades[..., 0][sure]
    # The gaps between teeth, and the lips' shade on them, are darker than the teeth are.
    teeth = np.median(cut[sure][light >= np.median(light)], axis=0)
    inside = cv2.erode(within.astype(np.uint8), np.ones((3, 3))) > 0
    back = inside & (shades[..., 1] > _TONGUE_RED * red) & (shades[..., 0] > _DARKEST)
    told = back.sum() >= max(_TONGUE_SHARE * within.sum(), _FEWEST)
    height = float(sure.sum(axis=0).max())
    return Opening(low, cut, tooth, teeth, np.median(cut[back], axis=0) if told else None, height)


def _filled(ring: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Tells which pixels of a picture lie in a ring, `(h, w)` bool."""
    picture = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(picture, [np.round(ring * 16).astype(np.int32)], 1, shift=4)
    return picture > 0


def mouth_of(opening: Opening, mesh: Mesh, view: View, size: int = 256) -> Mouth:
    """Lays what a photo shows between the lips on the head's teeth.

    Args:
        opening: from `look_into`.
        mesh: the head as it was in the photo, with uv and a part `teeth`.
        view: the photo's camera and pose.
        size: px, of the picture.
    """
    if opening.height < _RESOLVED_PX:
        return Mouth(opening.teeth, opening.tongue, None, None)
    points = apply(view.camera_from_head, mesh.vertices)
    rows = np.flatnonzero(mesh.parts == mesh.part_names.index("teeth"))
    triangles, uv_triangles = mesh.triangles[rows], mesh.uv_triangles[rows]
    facing = np.einsum("nk,nk->n", vertex_normals(points, triangles), points) < 0
    front = facing[triangles].all(axis=1)
    depth = np.ones(len(mesh.uv))
    depth[uv_triangles] = points[triangles, 2]
    # Fronts and backs of teeth share their places in the picture: the nearest counts.
    raster = rasterize(mesh.uv * size - 0.5, depth, uv_triangles[front], size, size, perspective=False)
    there = raster.covered
    corners = points[triangles[front][raster.triangle[there]]]
    places = np.einsum("nc,nck->nk", raster.barycentric[there].astype(np.float64), corners)
    pixels = project(view.camera, places) - opening.corner
    share, picture = np.zeros((size, size), np.float32), np.zeros((size, size, 3), np.float32)
    share[there] = ramp(sample(opening.tooth, pixels), *_SURE) * ~_hidden(places, mesh, view, opening)
    picture[there] = sample(opening.image, pixels)
    share = cv2.GaussianBlur(cv2.erode(share, np.ones((3, 3))), (0, 0), _SOFT * size)
    return Mouth(opening.teeth, opening.tongue, picture, share)


def _hidden(places: np.ndarray, mesh: Mesh, view: View, opening: Opening) -> np.ndarray:
    """Tells which of `(N, 3)` mm in the camera's frame lie behind lips or outside the cut, `(N,)` bool."""
    height, width = (side * _FINER for side in opening.image.shape[:2])
    # Pixel centres: x' = (x + .5) s - .5.
    centre = (view.camera.centre - opening.corner + 0.5) * _FINER - 0.5
    near = Camera(width, height, view.camera.focal * _FINER, centre)
    pixels, depth = project_head(near, view.camera_from_head, mesh.vertices)
    nearest = depth_buffer(pixels, depth, mesh.triangles, height, width)
    at = project(near, places)
    outside = ((at < 0) | (at > (width - 1, height - 1))).any(axis=1)
    return outside | (places[:, 2] > sample(nearest, at, nearest=True) + _HIDDEN_MM)
