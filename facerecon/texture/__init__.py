"""Textures: the skin baked from photos by the mesh's uv, the other parts painted."""

from facerecon.texture.bake import bake
from facerecon.texture.detail import fine_shape
from facerecon.texture.layout import Layout, lay_out
from facerecon.texture.parts import eye_image, iris_colour, part_images, sclera_colour

__all__ = ["Layout", "bake", "eye_image", "fine_shape", "iris_colour", "lay_out", "part_images", "sclera_colour"]
