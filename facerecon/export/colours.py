"""Carries textures onto vertices, for formats without textures."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Reconstruction
from facerecon.geometry.sampling import sample_uv
from facerecon.geometry.seams import split_parts

PLAIN = 153
"grey level of a vertex that no texture reaches"


def vertex_colours(reconstruction: Reconstruction) -> np.ndarray:
    """Finds the `(V, 3)` RGB uint8 colour of each vertex of the head's mesh, bilinear, from its parts' textures."""
    mesh = reconstruction.mesh
    images = {mesh.part_names[0]: reconstruction.texture.image, **reconstruction.part_images}
    colours = np.full((len(mesh.vertices), 3), PLAIN, np.uint8)
    for name, part in split_parts(mesh).items():
        if name in images and part.uv is not None:
            colours[part.vertices] = sample_uv(images[name], part.uv)
    return colours
