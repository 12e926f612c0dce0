"""A depth map, its camera, and the surface that they show together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import check_shape, read_only
from facerecon.core.types import Camera, Photo, PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.sampling import sample

STEEPEST = 10.0
"""mm of depth for each mm along the picture (84°): neighbours farther apart do not belong to one surface."""
_LEAST_JUMP = 6.0
"mm; sensors' noise is no edge"
NOISY = 0.15
"mm: standard deviation of noise from which on it is averaged; rounding to millimetres has 0.29"
_SMOOTHED_MM = 2.5


@dataclass(frozen=True, eq=False)
class DepthMap:
    depth: np.ndarray
    "`(H, W)` mm along the camera's z; NaN: not known"
    camera: Camera
    "of these pixels"
    photo: Photo | None = None
    "taken by the same camera at the same moment, of any size; or None"
    metric: bool = True
    "whether its millimetres are measured; else only the shape is, up to scale"
    notes: tuple[str, ...] = ()
    "text keys under `warning.`: what had to be guessed"

    def __post_init__(self):
        object.__setattr__(self, "depth", read_only(np.asarray(self.depth), np.float64))
        check_shape(self.depth, (self.camera.height, self.camera.width), "DepthMap.depth")

    @property
    def photo_camera(self) -> Camera | None:
        """The camera in the pixels of the photo; None without one."""
        return None if self.photo is None else scaled(self.camera, *self.photo.image.shape[1::-1])


def scaled(camera: Camera, width: int, height: int) -> Camera:
    """Gives the camera of the same picture in another size."""
    factor = width / camera.width
    # Pixel centres are whole numbers: x' = (x + 0.5) · factor - 0.5.
    centre = (camera.centre + 0.5) * [factor, height / camera.height] - 0.5
    return Camera(width, height, camera.focal * factor, centre)


def depth_cloud(found: DepthMap) -> PointCloud:
    """Turns a depth map into the surface that it shows, in the camera's frame (x right, y down, z forward), mm.

    Pixels at a depth edge are left out with their triangles: sensors mix what lies before and behind there, so that
    points fly in between. Where depth is noisy it is averaged over some millimetres.

    Returns:
        Points with normals towards the camera, triangles between neighbouring pixels, and colours where there is a
        photo; no points where no pixel is usable.
    """
    depth = without_flying_pixels(found.depth, found.camera.focal)
    smooth_depth = _smoothed(depth, found.camera.focal)
    if noise_of(depth) > NOISY:
        depth = smooth_depth
    triangles = _grid_triangles(np.isfinite(depth))
    used = np.unique(triangles)
    rows, columns = np.divmod(used, depth.shape[1])
    points = _lift(depth, found.camera)[rows, columns]
    smooth = _lift(smooth_depth, found.camera).reshape(-1, 3)
    normals = vertex_normals(smooth, triangles)[used]
    colours = None
    if found.photo is not None:
        height, width = found.photo.image.shape[:2]
        at = (np.column_stack([columns, rows]) + 0.5) * [width / depth.shape[1], height / depth.shape[0]] - 0.5
        colours = sample(found.photo.image, at)
    return PointCloud(points, normals, colours, np.searchsorted(used, triangles))


def without_flying_pixels(depth: np.ndarray, focal: float) -> np.ndarray:
    """Marks pixels at depth edges as not known.

    Args:
        depth: `(H, W)` mm; NaN: not known.
        focal: px.

    Returns:
        `(H, W)` mm; NaN where unknown, or a neighbour lies too far before or behind.
    """
    edge = np.zeros(depth.shape, bool)
    for near, far in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        jump, closer = np.abs(depth[near] - depth[far]), np.fmin(depth[near], depth[far])
        broken = jump > np.maximum(STEEPEST * closer / focal, _LEAST_JUMP)
        edge[near] |= broken
        edge[far] |= broken
    return np.where(edge, np.nan, depth)


def _lift(depth: np.ndarray, camera: Camera) -> np.ndarray:
    """Finds the `(H, W, 3)` point of every pixel."""
    rows, columns = np.indices(depth.shape)
    rays = (np.stack([columns, rows], axis=-1) - camera.centre) / camera.focal
    return np.concatenate([rays * depth[..., None], depth[..., None]], axis=-1)


def _grid_triangles(known: np.ndarray) -> np.ndarray:
    """Joins neighbouring pixels, `(T, 3)` flat indices: two triangles a square, one where a corner is missing.

    In the camera's frame, seen from the camera, they wind counter-clockwise.
    """
    index = np.arange(known.size).reshape(known.shape)
    corners = [index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]]  # counter-clockwise on the screen
    good = [known.ravel()[corner] for corner in corners]
    a, b, c, d = corners
    whole = good[0] & good[1] & good[2] & good[3]
    pieces = [(a, b, c, whole), (a, c, d, whole)]
    for missing in range(4):
        three = [corners[(missing + k) % 4] for k in (1, 2, 3)]
        rest = good[(missing + 1) % 4] & good[(missing + 2) % 4] & good[(missing + 3) % 4] & ~good[missing]
        pieces.append((*three, rest))
    return np.concatenate([np.stack([p[chosen], q[chosen], r[chosen]], axis=1) for p, q, r, chosen in pieces])


def noise_of(depth: np.ndarray) -> float:
    """Estimates the standard deviation of depth's noise, mm: how far pixels stray from the mean of their neighbours."""
    around = (depth[:-2, 1:-1] + depth[2:, 1:-1] + depth[1:-1, :-2] + depth[1:-1, 2:]) / 4
    away = np.abs(depth[1:-1, 1:-1] - around)
    away = away[np.isfinite(away)]
    return 1.48 * float(np.median(away)) / np.sqrt(1 + 1 / 4) if len(away) else 0.0


def _smoothed(depth: np.ndarray, focal: float) -> np.ndarray:
    """Averages depth over some millimetres.

    The mean of a whole window keeps slopes. Where pixels of it are unknown, as at edges, it would not: there depth
    stays.
    """
    known = np.isfinite(depth)
    if not known.any():
        return depth
    pixels = _SMOOTHED_MM * focal / np.median(depth[known])
    side = 2 * int(np.clip(round(pixels), 1, 7)) + 1
    share = cv2.boxFilter(known.astype(np.float64), -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    mean = cv2.boxFilter(np.where(known, depth, 0.0), -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    whole = (share > 1 - 0.5 / side**2) & (np.abs(mean - depth) < _LEAST_JUMP)
    return np.where(whole, mean, depth)
