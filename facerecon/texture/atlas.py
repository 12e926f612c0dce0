"""From texels to the surface: which point of which triangle each texel of a uv layout shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import csr_matrix

from facerecon.core.arrays import check_shape
from facerecon.geometry.rasterize import rasterize

GUTTER_PX = 8
"width of the border around islands, at 1024 px, that bilinear sampling and mipmaps may read"


@dataclass(frozen=True, eq=False)
class Atlas:
    size: int
    "px"
    texels: np.ndarray
    "`(N,)` flat index of each texel whose centre lies in a triangle"
    from_vertices: csr_matrix
    "`(N, V)` float32: interpolates data by vertex to those texels"
    nearest: np.ndarray
    "`(size, size)` int32: the row of `texels` nearest to each texel"
    near: np.ndarray
    "`(size, size)` bool: in a triangle, or in the gutter around one"

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Puts values of the `(N, ...)` texels into a picture; every other texel takes those of the nearest one."""
        return values[self.nearest]


def build_atlas(uv: np.ndarray, uv_triangles: np.ndarray, triangles: np.ndarray, vertices: int, size: int) -> Atlas:
    """Rasterises a uv layout.

    Args:
        uv: `(U, 2)` in [0, 1], origin top left.
        uv_triangles: `(T, 3)` rows of `uv`.
        triangles: `(T, 3)` the same triangles as rows of the mesh's vertices.
        vertices: how many vertices the mesh has.
        size: px.

    Raises:
        ValueError: no texel's centre lies in a triangle.
    """
    count = check_shape(uv, ("U", 2), "uv")["U"]
    # The first texel's centre, pixel coordinate 0, is at uv 0.5 / size.
    raster = rasterize(uv * size - 0.5, np.ones(count), uv_triangles, size, size, perspective=False)
    texels = np.flatnonzero(raster.covered)
    if not len(texels):
        raise ValueError("the uv layout covers no texel")
    triangle = raster.triangle.ravel()[texels]
    weights = raster.barycentric.reshape(-1, 3)[texels]
    columns = triangles[triangle].astype(np.int32)
    starts = np.arange(0, 3 * len(texels) + 1, 3, dtype=np.int32)
    matrix = csr_matrix((weights.ravel(), columns.ravel(), starts), shape=(len(texels), vertices))
    distance, label = cv2.distanceTransformWithLabels(
        (~raster.covered).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Every covered texel is a zero of that picture with a label of its own.
    row_of_label = np.zeros(label.max() + 1, dtype=np.int32)
    row_of_label[label.ravel()[texels]] = np.arange(len(texels))
    return Atlas(size, texels, matrix, row_of_label[label], distance <= max(GUTTER_PX * size / 1024, 2))
