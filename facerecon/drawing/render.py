"""Pictures of a head by our own rasteriser: clay, textured, normals, wireframe, provenance, colours, depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Camera, Mesh, Texture
from facerecon.drawing.shading import CLAY, SOFT, STUDIO, Lighting, shade, to_linear, to_srgb
from facerecon.drawing.theme import PROVENANCE, STAGE_3D, rgb
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.sampling import sample_uv

STYLES = ("clay", "textured", "normals", "wireframe", "provenance", "colours", "depth")
GROUND = rgb(STAGE_3D)
CREASE = 14.0
"mm: how far away geometry still takes surrounding light from a crease"


@dataclass(frozen=True, eq=False)
class Look:
    """How a mesh is painted."""

    style: str = "clay"
    "one of `STYLES`"
    texture: Texture | None = None
    "the first part's, for `textured` and `provenance`"
    part_images: Mapping[str, np.ndarray] | None = None
    "part name → `(h, w, 3)` uint8, for `textured`"
    colours: np.ndarray | None = None
    "`(V, 3)` RGB uint8 by vertex, for `colours`"
    lighting: Lighting | None = None
    "lamps, fixed to the camera; None: soft for textures, which bring the light of their photo, else a studio's"
    supersample: int = 2
    "samples a pixel along each axis"


@dataclass(frozen=True, eq=False)
class _Samples:
    """What the rasteriser saw, one row a covered sample, on a window of the finer grid."""

    covered: np.ndarray
    "`(h, w)` bool"
    depth: np.ndarray
    "`(h, w)` float32, mm; inf where empty"
    triangle: np.ndarray
    "`(N,)`"
    weights: np.ndarray
    "`(N, 3)` barycentric"
    normals: np.ndarray
    "`(N, 3)` float32, as the camera sees them: x right, y up, z to the viewer; turned to the viewer"
    corners: np.ndarray
    "`(V, 2)` px of the vertices on the window"


def render(
    mesh: Mesh,
    camera: Camera,
    camera_from_head: np.ndarray,
    *,
    style: str = "clay",
    texture: Texture | None = None,
    part_images: Mapping[str, np.ndarray] | None = None,
    colours: np.ndarray | None = None,
    lighting: Lighting | None = None,
    background: np.ndarray | tuple[int, int, int] = GROUND,
    opacity: float = 1.0,
    supersample: int = 2,
) -> np.ndarray:
    """Renders a mesh over a background.

    Args:
        mesh: what to show.
        camera: its width and height are those of the picture.
        camera_from_head: `(4, 4)`.
        style: one of `STYLES`.
        texture: of the mesh's first part.
        part_images: of its other parts.
        colours: `(V, 3)` RGB uint8 by vertex, for the style `colours`.
        lighting: lamps, fixed to the camera; None: soft for textures, else a studio's.
        background: a colour, or a photo `(height, width, 3)` uint8.
        opacity: of the mesh over the background.
        supersample: samples a pixel along each axis.

    Returns:
        `(height, width, 3)` RGB uint8. Pixels that the mesh does not touch are those of the background.
    """
    layer = render_layer(
        mesh, camera, camera_from_head, Look(style, texture, part_images, colours, lighting, supersample)
    )
    under = np.broadcast_to(np.asarray(background, np.uint8), (camera.height, camera.width, 3))
    share = layer[..., 3:].astype(np.float32) * np.float32(opacity / 255)
    return np.round(under * (1 - share) + layer[..., :3] * share).astype(np.uint8)


def render_layer(mesh: Mesh, camera: Camera, camera_from_head: np.ndarray, look: Look) -> np.ndarray:
    """Renders a mesh alone, `(height, width, 4)` RGBA uint8 (not premultiplied), antialiased by its alpha.

    Raises:
        ValueError: the style does not exist, or what it shows was not given.
    """
    _check(mesh, look)
    picture = np.zeros((camera.height, camera.width, 4), np.uint8)
    pixels, depth = project_head(camera, camera_from_head, mesh.vertices)
    window = _window(pixels, depth, camera)
    if window is None:
        return picture
    x0, y0, x1, y1 = window
    samples = _sample(mesh, camera_from_head, pixels - (x0, y0), depth, (y1 - y0, x1 - x0), look.supersample)
    colour = _colours(mesh, samples, look, camera.focal * look.supersample)
    grid = np.zeros((*samples.covered.shape, 4), np.float32)
    grid[samples.covered, :3] = colour
    grid[samples.covered, 3] = 1
    # Averaging colours that are zero where nothing is gives them premultiplied by the share that is covered.
    small = cv2.resize(grid, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    picture[y0:y1, x0:x1] = np.round(np.clip(small, 0, 1) * 255).astype(np.uint8)
    return picture


def _check(mesh: Mesh, look: Look) -> None:
    if look.style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, got {look.style}")
    needs_texture = look.style in ("textured", "provenance")
    if needs_texture and (look.texture is None or mesh.uv is None or mesh.uv_triangles is None):
        raise ValueError(f"the style {look.style} needs a texture and a mesh with uv")
    if look.style == "colours":
        if look.colours is None:
            raise ValueError("the style colours needs colours")
        check_shape(look.colours, (len(mesh.vertices), 3), "colours")


def _window(pixels: np.ndarray, depth: np.ndarray, camera: Camera) -> tuple[int, int, int, int] | None:
    """Finds the part of the picture that the mesh can touch: x0, y0, x1, y1, or None."""
    front = pixels[depth > 0]
    if not len(front):
        return None
    low = np.clip(np.floor(front.min(axis=0)) - 1, 0, (camera.width, camera.height)).astype(int)
    high = np.clip(np.ceil(front.max(axis=0)) + 2, 0, (camera.width, camera.height)).astype(int)
    return None if (high <= low).any() else (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _sample(
    mesh: Mesh,
    camera_from_head: np.ndarray,
    pixels: np.ndarray,
    depth: np.ndarray,
    shape: tuple[int, int],
    fine: int,
) -> _Samples:
    """Rasterises on a grid `fine` times finer; pixel centres are whole numbers on both grids."""
    corners = (pixels + 0.5) * fine - 0.5
    raster = rasterize(corners, depth, mesh.triangles, shape[0] * fine, shape[1] * fine)
    covered = raster.triangle >= 0
    triangle, weights = raster.triangle[covered], raster.barycentric[covered]
    normals = (vertex_normals(mesh.vertices, mesh.triangles) @ camera_from_head[:3, :3].T).astype(np.float32)
    normals = interpolate(normals * np.float32([1, -1, -1]), mesh.triangles, triangle, weights)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    # The inside of an open surface is lit like its outside.
    normals *= np.where(normals[:, 2:] < -0.15, np.float32(-1), np.float32(1))
    return _Samples(covered, raster.depth, triangle, weights, normals, corners)


def _colours(mesh: Mesh, samples: _Samples, look: Look, focal: float) -> np.ndarray:
    """Finds the `(N, 3)` sRGB colour in [0, 1] of every sample."""
    if look.style == "normals":
        return samples.normals * 0.5 + 0.5
    if look.style == "depth":
        return _depth_colours(samples.depth[samples.covered])
    albedo = np.broadcast_to(np.float32(CLAY), samples.normals.shape)
    if look.style == "textured":
        albedo = _textured(mesh, samples, look)
    elif look.style == "provenance":
        albedo = _provenance(mesh, samples, look)
    elif look.style == "colours":
        albedo = interpolate(to_linear(look.colours), mesh.triangles, samples.triangle, samples.weights)
    lighting = look.lighting or (SOFT if look.style == "textured" else STUDIO)
    occlusion = 1.0 if not lighting.lamps or look.style == "textured" else _occlusion(samples, focal)
    colour = to_srgb(shade(albedo, samples.normals, lighting, occlusion))
    if look.style == "wireframe":
        line = _edges(mesh, samples, 0.55 * look.supersample)[:, None]
        colour = colour * (1 - line) + np.float32(0.06) * line
    return colour


def _textured(mesh: Mesh, samples: _Samples, look: Look) -> np.ndarray:
    """Reads each sample's texture, `(N, 3)` linear; clay where a part has none."""
    images = {mesh.part_names[0]: look.texture.image, **(look.part_images or {})}
    uv = interpolate(mesh.uv, mesh.uv_triangles, samples.triangle, samples.weights)
    parts = _parts(mesh, samples)
    albedo = np.empty(samples.normals.shape, np.float32)
    albedo[:] = CLAY
    for index, name in enumerate(mesh.part_names):
        here = parts == index
        if name in images and here.any():
            albedo[here] = to_linear(sample_uv(np.ascontiguousarray(images[name]), uv[here]))
    return albedo


def _provenance(mesh: Mesh, samples: _Samples, look: Look) -> np.ndarray:
    """Colours the first part by where its texture came from, `(N, 3)` linear."""
    palette = to_linear(np.array([rgb(tone.dark) for tone in PROVENANCE], np.uint8))
    uv = interpolate(mesh.uv, mesh.uv_triangles, samples.triangle, samples.weights)
    here = _parts(mesh, samples) == 0
    albedo = np.empty(samples.normals.shape, np.float32)
    albedo[:] = CLAY
    albedo[here] = palette[sample_uv(look.texture.provenance, uv[here], nearest=True)]
    return albedo


def _parts(mesh: Mesh, samples: _Samples) -> np.ndarray:
    return np.zeros(len(samples.triangle), int) if mesh.parts is None else mesh.parts[samples.triangle]


def _edges(mesh: Mesh, samples: _Samples, width: float) -> np.ndarray:
    """Finds how much of each sample the edges of its triangle cover, `(N,)`; edges reach `width` samples inwards."""
    a, b, c = (samples.corners[mesh.triangles[samples.triangle, k]] for k in range(3))
    double_area = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    lengths = np.stack([np.linalg.norm(side, axis=1) for side in (c - b, a - c, b - a)], axis=1)
    # A barycentric coordinate falls from 1 to 0 over the triangle's height on the opposite side.
    distance = (samples.weights * double_area[:, None] / np.maximum(lengths, 1e-9)).min(axis=1)
    return np.clip(width + 0.5 - distance, 0, 1)


def _occlusion(samples: _Samples, focal: float) -> np.ndarray:
    """Estimates how much surrounding light reaches each sample, `(N, 1)`: less where nearer surface is around it.

    Depth darkening after Luft, Colditz and Deussen 2006: a sample that lies behind the blurred depth lies in a crease.
    """
    depth, covered = samples.depth, samples.covered
    filled = np.where(covered, depth, 0).astype(np.float32)
    sigma = max(1.0, CREASE * focal / float(np.median(depth[covered])) / 2)
    # Blurring a smaller picture gives the same in a fraction of the time.
    scale = min(1.0, 4 / sigma)
    size = tuple(max(1, round(side * scale)) for side in covered.shape[::-1])
    small = [cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (filled, covered.astype(np.float32))]
    total, count = (cv2.GaussianBlur(a, (0, 0), sigma * scale, borderType=cv2.BORDER_REPLICATE) for a in small)
    mean = cv2.resize(total / np.maximum(count, 1e-6), covered.shape[::-1], interpolation=cv2.INTER_LINEAR)
    behind = (depth[covered] - mean[covered]) / CREASE
    return (1 - 0.75 * np.clip(behind, 0, 1) ** 0.8)[:, None].astype(np.float32)


def _depth_colours(depth: np.ndarray) -> np.ndarray:
    """Colours depths, near bright, `(N, 3)` in [0, 1]."""
    near, far = float(depth.min()), float(depth.max())
    level = np.round((far - depth) / max(far - near, 1e-6) * 255).astype(np.uint8)
    return cv2.applyColorMap(level[:, None], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1].astype(np.float32) / 255
