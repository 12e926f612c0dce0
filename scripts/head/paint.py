"""Paints skins and eyes for synthetic faces: skin tone, lips, brows, lash lines, blush, stubble and fine mottling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.rasterize import rasterize
from facerecon.morphable.anny import AnnyHead

if TYPE_CHECKING:
    from makehuman import BaseHead

SIZE = 1024
PAINTED_FOR = 57.9
"mm between the pupils of the head on which the paint's measures were taken"
BROWS = (
    ((70, 63, 105, 66, 107), (55, 65, 52, 53, 46)),
    ((300, 293, 334, 296, 336), (285, 295, 282, 283, 276)),
)
"MediaPipe's points along the upper and the lower edge of each brow"


@dataclass(frozen=True, eq=False)
class Atlas:
    triangle: np.ndarray
    "`(S, S)` the skin triangle of each texel, -1 outside"
    barycentric: np.ndarray
    "`(S, S, 3)`"
    place: np.ndarray
    "`(S, S, 3)` mm, where the texel lies on the mean head, scaled to PAINTED_FOR"


def paintable(model: AnnyHead) -> np.ndarray:
    """Gives the mean head, `(V, 3)`, in the size that the paint's measures were taken on."""
    eyes = [model.mean[np.unique(model.triangles[model.parts == part])].mean(axis=0) for part in (1, 2)]
    return model.mean * PAINTED_FOR / np.linalg.norm(eyes[0] - eyes[1])


def atlas(model: AnnyHead, size: int = SIZE) -> Atlas:
    skin = model.parts == 0
    points = model.uv * size - 0.5
    raster = rasterize(points, np.ones(len(points)), model.uv_triangles[skin], size, size, perspective=False)
    place = np.full((size, size, 3), 1e6)
    place[raster.covered] = interpolate(
        paintable(model), model.triangles[skin], raster.triangle[raster.covered], raster.barycentric[raster.covered]
    )
    return Atlas(raster.triangle, raster.barycentric, place)


def makehuman_mask(path: Path, head: BaseHead, texels: Atlas) -> np.ndarray:
    """Brings a mask drawn in MakeHuman's uv into ours: `(S, S)` in [0, 1]."""
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
    inside = texels.triangle >= 0
    corners = head.base_uv[head.parts == 0][texels.triangle[inside]]
    uv = (corners * texels.barycentric[inside][:, :, None]).sum(axis=1) * mask.shape[0] - 0.5
    result = np.zeros(texels.triangle.shape, np.float32)
    # OpenCV's remap wants maps of less than 32,767 rows: fold the list into lines.
    pad = -len(uv) % 1024
    folded = np.pad(uv, ((0, pad), (0, 0))).reshape(-1, 1024, 2).astype(np.float32)
    result[inside] = cv2.remap(mask, folded, None, cv2.INTER_LINEAR).ravel()[: len(uv)]
    return result


def lash_lines(head: BaseHead, model: AnnyHead, texels: Atlas, width: float = 1.6) -> np.ndarray:
    """Marks the skin within `width` mm of the rims of the eyes' openings: `(S, S)` in [0, 1]."""
    from scipy.spatial import cKDTree

    rim = np.concatenate(
        [np.intersect1d(head.triangles[head.chart == 0], head.triangles[head.chart == side]) for side in (2, 3)]
    )
    lid = head.chart[head.parts == 0]
    distance, _ = cKDTree(paintable(model)[rim]).query(texels.place.reshape(-1, 3))
    line = 1 - np.clip(distance.reshape(texels.triangle.shape) / width - 0.6, 0, 1)
    return (line * np.isin(lid[texels.triangle], (0, 2, 3)) * (texels.triangle >= 0)).astype(np.float32)


def fill_region(outline: np.ndarray, size: int = SIZE, blur: float = 3.0) -> np.ndarray:
    """Fills a polygon given in uv `(N, 2)`: `(S, S)` in [0, 1], soft."""
    image = np.zeros((size, size), np.uint8)
    cv2.fillPoly(image, [np.round(outline * size - 0.5).astype(np.int32)], 255, cv2.LINE_AA)
    return cv2.GaussianBlur(image.astype(np.float32) / 255, (0, 0), blur)


def brow_mask(model: AnnyHead, triangle: np.ndarray, weights: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Marks the brows, `(S, S)` in [0, 1], given where MediaPipe's points lie on the head."""
    uv = interpolate(model.uv, model.uv_triangles, triangle, weights)
    return np.maximum(*(fill_region(uv[[*upper, *lower]], size, 3 * size / SIZE) for upper, lower in BROWS))


def _mix(image: np.ndarray, colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    return image + (np.asarray(colour, np.float32) - image) * amount[:, :, None]


def skin_image(
    masks: dict[str, np.ndarray],
    texels: Atlas,
    tone: np.ndarray,
    *,
    hair: np.ndarray,
    stubble: float = 0.0,
    blush: float = 0.15,
    hairline: float | None = 62.0,
    rng: np.random.Generator,
) -> np.ndarray:
    """Paints a skin `(S, S, 3)` RGB uint8.

    Args:
        masks: `lips`, `brows`, `lashes` by texel.
        texels: where each texel lies on the mean head.
        tone: skin colour, RGB 0–255.
        hair: colour of brows, lashes, stubble and, above the hairline, of the head.
        stubble: darkness of the beard region in [0, 1].
        blush: redness of cheeks and nose in [0, 1].
        hairline: mm above the eyes where cropped hair begins; None for a bald head.
        rng: for the mottling.
    """
    tone, hair = np.asarray(tone, np.float32), np.asarray(hair, np.float32)
    x, y, z = np.moveaxis(texels.place, 2, 0)
    image = np.ones((*x.shape, 3), np.float32) * tone
    for sigma, strength in ((1.2, 3.5), (4, 3), (18, 4)):
        noise = cv2.GaussianBlur(rng.normal(size=x.shape).astype(np.float32), (0, 0), sigma)
        image *= 1 + (noise / noise.std() * strength / 255)[:, :, None]
    red = np.exp(-(((np.abs(x) - 42) / 18) ** 2) - ((y + 38) / 18) ** 2) + np.exp(
        -((x / 10) ** 2) - ((y + 42) / 9) ** 2
    )
    image = _mix(image, tone * [1.02, 0.72, 0.7], (blush * red).clip(0, 1))
    beard = (
        np.clip((-62 - y + 0.18 * np.abs(x)) / 10, 0, 1) * np.clip((y + 128) / 10, 0, 1) * np.clip((z + 60) / 20, 0, 1)
    )
    image = _mix(image, hair * 0.6 + tone * 0.4, stubble * beard)
    image = _mix(image, tone * [0.9, 0.58, 0.58], 0.62 * masks["lips"])
    grain = 0.75 + 0.25 * rng.random(x.shape, dtype=np.float32)
    image = _mix(image, hair, masks["brows"] * 0.85 * grain)
    image = _mix(image, hair * 0.4, masks["lashes"] * 0.8)
    if hairline is not None:
        # Cropped hair: over the forehead, down to the sideburns, over the ears, down to the nape.
        height = np.interp(-z, [-40, 0, 38, 58, 66, 78, 104, 118, 150], [0, 0, -8, -40, -52, -34, -34, -88, -135])
        scalp = np.clip((y - hairline - height) / 8 + 0.5, 0, 1)
        ear = (np.abs(x) > 70) & (z < -58) & (z > -112) & (y > -50) & (y < 26)
        scalp = cv2.GaussianBlur((scalp * ~ear).astype(np.float32), (0, 0), 5)
        image = _mix(image, hair, scalp * 0.95 * grain)
    return image.clip(0, 255).astype(np.uint8)


def eye_image(iris_uv_radius: float, iris: np.ndarray, size: int = 256) -> np.ndarray:
    """Paints an eyeball in its azimuthal layout `(s, s, 3)` RGB uint8: sclera, ringed iris, pupil, no glint."""
    row, col = np.mgrid[:size, :size]
    radius = np.hypot(col + 0.5 - size / 2, row + 0.5 - size / 2) / size / iris_uv_radius
    angle = np.arctan2(row - size / 2, col - size / 2)
    image = np.ones((size, size, 3), np.float32) * [232, 226, 220]
    spokes = 1 + 0.12 * np.sin(angle * 37) * np.sin(angle * 11 + 1)
    ring = np.where(radius > 0.85, 0.45, np.where(radius < 0.55, 1.15, 1.0))
    inside = np.clip((1 - radius) * 12, 0, 1)
    image = _mix(image, 0, inside) + np.asarray(iris, np.float32) * (spokes * ring * inside)[:, :, None]
    image = _mix(image, [12, 10, 10], np.clip((0.42 - radius) * 20, 0, 1))
    return image.clip(0, 255).astype(np.uint8)
