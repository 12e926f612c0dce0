"""How unlike its own mirror image a face is (Klingenberg, Barluenga and Meyer 2002)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape, read_only
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply

FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Asymmetry:
    distance: np.ndarray
    "`(V,)` mm between a vertex and the one that its mirror image brings there"
    outwards: np.ndarray
    "`(V,)` mm along the normals: positive where this side stands out farther than the other"
    score: float
    "mm, root mean square of `distance`, weighted"
    axis: np.ndarray
    "`(3,)` unit: normal of the plane about which the face is least asymmetric"

    def __post_init__(self):
        for name in ("distance", "outwards", "axis"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))


def asymmetry(vertices: np.ndarray, mirror: np.ndarray, normals: np.ndarray, weights: np.ndarray) -> Asymmetry:
    """Lays a head on its mirror image and measures what is left.

    Vertices are reflected and relabelled; one rigid motion, by least squares, brings the image onto the original, so
    neither where the head stands nor how it is turned counts.

    Args:
        vertices: `(V, 3)` mm.
        mirror: `(V,)` the vertex on the other side.
        normals: `(V, 3)` unit.
        weights: `(V,)` >= 0: how much a vertex counts, such as its area in the face.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    for name, value in (("mirror", mirror), ("weights", weights)):
        check_shape(value, (count,), name)
    check_shape(normals, (count, 3), "normals")
    image = vertices[mirror] * FLIP
    motion = procrustes(image, vertices, weights)
    away = vertices - apply(motion, image)
    distance = np.linalg.norm(away, axis=1)
    score = float(np.sqrt(np.average(distance**2, weights=weights)))
    # The reflection as a whole is motion ∘ flip; its plane's normal is the eigenvector of −1.
    values, vectors = np.linalg.eig(motion[:3, :3] @ np.diag(FLIP))
    axis = vectors[:, np.argmin(values.real)].real
    return Asymmetry(distance, (away * normals).sum(axis=1), score, axis * np.sign(axis[0] or 1))
