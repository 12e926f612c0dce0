"""Pictures of what is laid out in a plane: provenance, uv, checkers, depth, normals, and values as colours."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Mesh
from facerecon.drawing.overlays import draw_triangles
from facerecon.drawing.theme import PROVENANCE, STAGE_3D, STAGES, rgb

NEUTRAL = np.array(rgb(STAGE_3D), np.uint8)


def provenance_picture(provenance: np.ndarray, image: np.ndarray | None = None, opacity: float = 0.55) -> np.ndarray:
    """Colours a texture by where each texel came from.

    Args:
        provenance: `(S, S)` uint8: SEEN, MIRRORED or FILLED.
        image: `(S, S, 3)` the texture to tint; None: plain colours.
        opacity: of the tint over the texture.

    Returns:
        `(S, S, 3)` uint8.
    """
    colours = np.array([rgb(tone.dark) for tone in PROVENANCE], np.uint8)[provenance]
    if image is None:
        return colours
    check_shape(image, (*provenance.shape, 3), "image")
    return cv2.addWeighted(colours, opacity, image, 1 - opacity, 0)


def uv_picture(mesh: Mesh, size: int = 1024, image: np.ndarray | None = None, part: int = 0) -> np.ndarray:
    """Draws how a part of the mesh lies on its texture.

    Args:
        mesh: with uv.
        size: side of the picture, px.
        image: the texture to draw on, of any size; None: a dark ground.
        part: index into the mesh's parts.

    Returns:
        `(size, size, 3)` uint8.
    """
    if mesh.uv is None or mesh.uv_triangles is None:
        raise ValueError("the mesh has no uv")
    ground = np.broadcast_to(NEUTRAL, (size, size, 3)).copy()
    if image is not None:
        ground = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    chosen = mesh.uv_triangles if mesh.parts is None else mesh.uv_triangles[mesh.parts == part]
    return draw_triangles(ground, mesh.uv * size - 0.5, chosen, opacity=0.75)


def checker(size: int = 1024, cells: int = 32) -> np.ndarray:
    """Makes a texture that shows stretch and direction: squares, redder to the right, greener downwards.

    Args:
        size: side, px.
        cells: squares along a side.

    Returns:
        `(size, size, 3)` uint8.
    """
    along = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(along, along)
    dark = ((u * cells).astype(int) + (v * cells).astype(int)) % 2 == 1
    colour = np.stack([0.35 + 0.6 * u, 0.35 + 0.6 * v, np.full_like(u, 0.62)], axis=-1)
    colour = np.where(dark[..., None], colour * 0.45, colour)
    return np.round(colour * 255).astype(np.uint8)


def depth_picture(depth: np.ndarray) -> np.ndarray:
    """Colours a depth map, near bright.

    Args:
        depth: `(H, W)` mm, inf where there is nothing.

    Returns:
        `(H, W, 3)` uint8.
    """
    check_shape(depth, ("H", "W"), "depth")
    covered = np.isfinite(depth)
    picture = np.broadcast_to(NEUTRAL, (*depth.shape, 3)).copy()
    if covered.any():
        near, far = float(depth[covered].min()), float(depth[covered].max())
        picture[covered] = value_colours(-depth[covered], (-far, -near))
    return picture


def normals_picture(normals: np.ndarray) -> np.ndarray:
    """Colours a normal map: red to the right of the picture, green up, blue towards the viewer.

    Args:
        normals: `(H, W, 3)` unit, camera frame (x right, y down, z forward); 0 where there is nothing.

    Returns:
        `(H, W, 3)` uint8.
    """
    check_shape(normals, ("H", "W", 3), "normals")
    colours = np.round((normals * (1, -1, -1) * 0.5 + 0.5) * 255).astype(np.uint8)
    return np.where(normals.any(axis=2, keepdims=True), colours, NEUTRAL)


def value_colours(values: np.ndarray, limits: tuple[float, float], diverging: bool = False) -> np.ndarray:
    """Turns numbers into colours.

    Args:
        values: `(N,)`.
        limits: which values get the first and the last colour; beyond them nothing changes.
        diverging: from blue over white to red, for values that have a sign; otherwise dark to bright (viridis).

    Returns:
        `(N, 3)` RGB uint8; grey where a value is not finite.
    """
    check_shape(values, ("N",), "values")
    low, high = limits
    share = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    known = np.isfinite(share)
    level = np.round(np.where(known, share, 0) * 255).astype(np.uint8)
    table = _DIVERGING if diverging else cv2.applyColorMap(np.arange(256, dtype=np.uint8), cv2.COLORMAP_VIRIDIS)
    colours = table.reshape(256, 3)[level] if diverging else table.reshape(256, 3)[level][:, ::-1]
    return np.where(known[:, None], colours, np.uint8(128))


def ramp(size: tuple[int, int] = (256, 16), diverging: bool = False) -> np.ndarray:
    """Draws the legend of `value_colours`, low at the left; `size` is (width, height), px."""
    row = value_colours(np.linspace(0, 1, size[0]), (0, 1), diverging)
    return np.broadcast_to(row, (size[1], size[0], 3)).copy()


def _diverging() -> np.ndarray:
    stops = np.array([rgb(STAGES["detection"].light), (244, 242, 238), rgb(STAGES["landmarks"].light)], float)
    at = np.linspace(0, 2, 256)
    columns = [np.interp(at, (0, 1, 2), stops[:, k]) for k in range(3)]
    return np.round(np.stack(columns, axis=1)).astype(np.uint8)


_DIVERGING = _diverging()
