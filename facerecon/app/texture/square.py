"""The square of the texture: what it shows, and how visible its seams are."""

from __future__ import annotations

import numpy as np

from facerecon.app import cache, pictures
from facerecon.app.cache import Run
from facerecon.drawing.maps import provenance_picture, uv_picture
from facerecon.geometry.rasterize import rasterize
from facerecon.texture.openness import openness
from facerecon.texture.seams import seam_contrast

SIDE = 1024
"""px of what is sent to the browser."""
COARSE = 512
"""px of the picture that tells where there is skin."""


OPEN = 0.3
"""openness below which skin lies in a cavity."""


def picture(run: Run, kind: str) -> np.ndarray:
    """Draws the square as a texture, its albedo, its provenance or its layout."""
    return cache.picture((run.key, "flat", kind), lambda: pictures.reduced(_flat(run, kind), SIDE))


def _flat(run: Run, kind: str) -> np.ndarray:
    texture = run.reconstruction.texture
    if kind == "provenance":
        return provenance_picture(texture.provenance, texture.image)
    if kind == "layout":
        return uv_picture(run.of("mesh")[0].value, SIDE, texture.image)
    return texture.albedo if kind == "albedo" and texture.albedo is not None else texture.image


def seam(run: Run) -> tuple[float, float]:
    """Measures the colour difference across the borders of provenance, and beside them."""
    texture = run.reconstruction.texture
    return cache.picture(
        (run.key, "seam"), lambda: seam_contrast(texture.image, texture.provenance, _covered(run, len(texture.image)))
    )


def _covered(run: Run, size: int) -> np.ndarray:
    """Finds which texels show skin that can be seen, `(size, size)` bool: sockets and mouth are dark on purpose."""
    mesh = run.of("mesh")[0].value
    rows = mesh.uv_triangles if mesh.parts is None else mesh.uv_triangles[mesh.parts == 0]
    raster = rasterize(mesh.uv * COARSE - 0.5, np.ones(len(mesh.uv)), rows, COARSE, COARSE, perspective=False)
    skin = mesh.triangles if mesh.parts is None else mesh.triangles[mesh.parts == 0]
    bright = (openness(mesh.vertices, mesh.triangles) > OPEN)[skin].all(axis=1)
    seen = np.append(bright, False)[raster.triangle]  # -1 where there is no triangle
    return np.repeat(np.repeat(seen, -(-size // COARSE), 0), -(-size // COARSE), 1)[:size, :size]
