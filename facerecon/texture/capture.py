"""One photo, cut to the head, and what it shows of each vertex: where, how slanted, whether hidden, which colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.types import Camera
from facerecon.geometry.graph import edges
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project, resize_camera
from facerecon.geometry.rasterize import depth_buffer
from facerecon.geometry.sampling import sample
from facerecon.geometry.transforms import apply
from facerecon.texture.layout import Layout

_PAD_PX = 8
_BUFFER_PX = 500
_TOLERANCE_MM = 1.5
_BESIDE_MM = 15.0
_STEEPEST = 4.0
_NOWHERE_MM = 1e9


@dataclass(frozen=True, eq=False)
class Capture:
    image: np.ndarray
    "`(h, w, 3)` RGB uint8: the part of the photo around the head, made smaller where it is finer than the texture"
    camera: Camera
    "of `image`"
    vertices: np.ndarray
    "`(V, 3)` mm, in the camera's frame"
    pixels: np.ndarray
    "`(V, 2)` px of `image`; 0 for what lies behind the camera"
    facing: np.ndarray
    "`(V,)` cosine between the normal and the way to the camera"
    normals: np.ndarray
    "`(V, 3)` unit, head frame"
    free: np.ndarray
    "`(V,)` bool: in front of the camera and hidden by nothing"
    gap: np.ndarray
    "`(V,)` mm to whatever hides the vertex; <= 0 where nothing does"
    inside: np.ndarray
    "`(V,)` mm from the head's outline in the photo, measured at the vertex; 0 outside"
    border: np.ndarray
    "`(V,)` mm from the photo's border; negative outside"
    colours: np.ndarray
    "`(V, 3)` RGB in [0, 255], of the photo smoothed to the spacing of the vertices"
    albedo: np.ndarray
    "`(V, 3)` RGB in [0, 255]: `colours` without the photo's light; the same until that is known"
    foreground: np.ndarray
    "`(V,)` in [0, 1]: how much the photo's foreground mask, if there is one, holds the vertex for the person"
    farthest: np.ndarray
    "`(b, b')` float32 mm: depth of the nearest surface, eyes and teeth included; the farthest of 3 x 3 pixels"
    nearest: np.ndarray
    "`(b, b')` float32 mm: the same, the nearest of the pixels that a pixel of `image` may mix"
    buffer_camera: Camera
    "of both"

    def hidden(self, pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Tells which points lie behind something or beside what is far before them.

        Args:
            pixels: `(N, 2)` px of `image`.
            depth: `(N,)` mm.
        """
        # Both cameras stand at the same place and look the same way.
        scale = self.buffer_camera.focal / self.camera.focal
        at = (pixels - self.camera.centre.astype(pixels.dtype)) * pixels.dtype.type(scale)
        at += self.buffer_camera.centre.astype(pixels.dtype)
        behind = depth > sample(self.farthest, at, nearest=True) + 2 * _TOLERANCE_MM
        return behind | (depth > sample(self.nearest, at, nearest=True) + _BESIDE_MM)

    def look_up(self, pixels: np.ndarray) -> np.ndarray:
        """Reads the photo at `(N, 2)` px: `(N, 3)` float32 RGB."""
        return sample(self.image, pixels).astype(np.float32)


def capture(
    image: np.ndarray,
    camera: Camera,
    camera_from_head: np.ndarray,
    vertices: np.ndarray,
    triangles: np.ndarray,
    layout: Layout,
    foreground: np.ndarray | None = None,
) -> Capture | None:
    """Looks at a head, `(V, 3)` mm as it was then, through the camera of a photo, `(H, W, 3)` RGB uint8.

    All `triangles`, `(T, 3)`, occlude. `foreground` is `(H, W)` in [0, 1] or bool, the person's pixels, or None. Gives
    None where the head lies outside the photo.
    """
    points = apply(camera_from_head, vertices)
    part = _cut(image, camera, points, layout)
    if part is None:
        return None
    image, cut = part
    normals = vertex_normals(points, layout.triangles)
    facing = -np.einsum("nk,nk->n", normals, points) / np.linalg.norm(points, axis=1)
    eye = resize_camera(cut, _BUFFER_PX / max(cut.width, cut.height))  # fine enough, however small the photo is
    buffer = depth_buffer(project(eye, points), points[:, 2], triangles, eye.height, eye.width)
    farthest = cv2.dilate(np.where(np.isfinite(buffer), buffer, np.float32(_NOWHERE_MM)), np.ones((3, 3)))
    free = _free(farthest, eye, points, facing)
    pixels = np.where(points[:, 2:] > 0, project(cut, points), 0)
    colours = _smooth_colours(image, cut, buffer, eye, points, pixels, layout)
    return Capture(
        image=image,
        camera=cut,
        vertices=points,
        pixels=pixels,
        facing=facing,
        normals=normals @ camera_from_head[:3, :3],
        free=free,
        gap=np.where(free, 0, points[:, 2] - sample(buffer, project(eye, points), nearest=True)),
        inside=_from_outline(buffer, eye, points),
        border=_from_border(camera, points),
        colours=colours,
        albedo=colours,
        foreground=_in_mask(foreground, camera, points),
        farthest=farthest,
        nearest=_eroded(buffer, 1.5 * eye.focal / cut.focal),
        buffer_camera=eye,
    )


def _cut(image: np.ndarray, camera: Camera, points: np.ndarray, layout: Layout) -> tuple[np.ndarray, Camera] | None:
    """Cuts the head out of a photo and makes it as coarse as the texture; None where the head lies outside."""
    box = _box(camera, points, image.shape)
    if box is None:
        return None
    left, top, right, bottom = box
    part, cut = image[top:bottom, left:right], Camera(right - left, bottom - top, camera.focal, camera.centre - box[:2])
    factor = _reduction(project(cut, points), points, layout)
    if factor < 1:
        longer = max(cut.width, cut.height)
        cut = resize_camera(cut, max(round(longer * factor), 1) / longer)
        part = cv2.resize(part, (cut.width, cut.height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(part), cut


def _box(camera: Camera, points: np.ndarray, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Finds the part of a photo (left, top, right, bottom) in which the head lies, or None."""
    front = points[:, 2] > 0
    if not front.any():
        return None
    pixels = project(camera, points[front])
    low = np.clip(np.floor(pixels.min(axis=0)).astype(int) - _PAD_PX, 0, (shape[1], shape[0]))
    high = np.clip(np.ceil(pixels.max(axis=0)).astype(int) + _PAD_PX + 1, 0, (shape[1], shape[0]))
    return (*low.tolist(), *high.tolist()) if (high - low >= 2).all() else None


def _reduction(pixels: np.ndarray, points: np.ndarray, layout: Layout) -> float:
    """Finds by how much to shrink the photo, so that most of it is not finer than the texture (no aliasing)."""
    a, b, c = (pixels[layout.triangles[:, k]] for k in range(3))
    # y points down: what faces the camera has a negative area.
    area = -np.linalg.det(np.stack([b - a, c - a], axis=1)) / 2
    good = (area > 0) & (points[layout.triangles, 2] > 0).all(axis=1) & (layout.uv_areas > 0)
    if not good.any():
        return 1.0
    # The finest-textured part decides, the face: a quarter of the area seen.
    ratio = area[good] / layout.uv_areas[good]
    order = np.argsort(ratio)
    share = np.cumsum(area[good][order])
    typical = ratio[order][np.searchsorted(share, 0.25 * share[-1])]
    return float(min(1 / np.sqrt(typical), 1)) if typical > 1.3 else 1.0


def _eroded(buffer: np.ndarray, radius: float) -> np.ndarray:
    """Spreads near depths by some pixels, at least one."""
    reach = max(round(radius), 1)
    return cv2.erode(buffer, np.ones((2 * reach + 1, 2 * reach + 1)))


def _free(farthest: np.ndarray, camera: Camera, points: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """Tells which vertices lie on the nearest surface, `(V,)` bool: a slanted one changes its depth within a pixel."""
    slope = np.clip(np.sqrt(np.maximum(1 - facing**2, 0)) / np.maximum(facing, 1e-6), 0, _STEEPEST)
    tolerance = _TOLERANCE_MM + slope * points[:, 2] / camera.focal
    return (points[:, 2] > 0) & (points[:, 2] <= sample(farthest, project(camera, points), nearest=True) + tolerance)


def _from_outline(buffer: np.ndarray, camera: Camera, points: np.ndarray) -> np.ndarray:
    """Measures how far inside the head's outline each vertex appears, `(V,)` mm."""
    covered = np.isfinite(buffer).astype(np.uint8)
    if covered.all():
        return np.full(len(points), np.inf)
    pixels = cv2.distanceTransform(covered, cv2.DIST_L2, 5)
    return sample(pixels, project(camera, points)) * np.maximum(points[:, 2], 0) / camera.focal


def _from_border(camera: Camera, points: np.ndarray) -> np.ndarray:
    """Measures how far inside the photo each vertex appears, `(V,)` mm."""
    pixels = project(camera, points)
    room = np.minimum(pixels, (camera.width - 1, camera.height - 1) - pixels).min(axis=1)
    return np.where(points[:, 2] > 0, room * points[:, 2] / camera.focal, -1.0)


def read_colours(capture: Capture, pixels: np.ndarray, layout: Layout) -> np.ndarray:
    """Reads a capture's smooth colours at other places, `(V, 2)` px of its image, than those of its vertices."""
    buffer = np.where(capture.farthest < _NOWHERE_MM, capture.farthest, np.float32(np.inf))
    return _smooth_colours(
        capture.image, capture.camera, buffer, capture.buffer_camera, capture.vertices, pixels, layout
    )


def _smooth_colours(
    image: np.ndarray,
    camera: Camera,
    buffer: np.ndarray,
    eye: Camera,
    points: np.ndarray,
    pixels: np.ndarray,
    layout: Layout,
) -> np.ndarray:
    """Reads at the vertices, `(V, 3)`, a photo smoothed to their spacing: what is finer is not lost between them.

    Only pixels of the head are mixed, and none beside a surface far before the vertex (`buffer`, seen by `eye`).
    """
    start, end = edges(layout.triangles).T
    sigma = min(0.6 * float(np.median(np.linalg.norm(pixels[start] - pixels[end], axis=1))), 50.0)
    sharp = sample(image, pixels).astype(np.float64)
    if sigma < 0.3:
        return sharp
    head = np.isfinite(buffer).astype(np.float32)
    mask = cv2.resize(head, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    weighted = np.dstack([image * mask[..., None], mask]).astype(np.float32)
    smooth = sample(cv2.GaussianBlur(weighted, (0, 0), sigma), pixels).astype(np.float64)
    near = sample(_eroded(buffer, 2 * sigma * eye.focal / camera.focal), project(eye, points), nearest=True)
    clean = (smooth[:, 3:] > 0.05) & (points[:, 2:] <= near[:, None] + _BESIDE_MM)
    return np.where(clean, smooth[:, :3] / np.maximum(smooth[:, 3:], 0.05), sharp)


def _in_mask(mask: np.ndarray | None, camera: Camera, points: np.ndarray) -> np.ndarray:
    """Reads a foreground mask at the vertices, `(V,)`; 1 without one."""
    if mask is None:
        return np.ones(len(points))
    return np.clip(sample(np.asarray(mask, dtype=np.float32), project(camera, points)), 0, 1).astype(np.float64)
