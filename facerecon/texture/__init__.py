"""Textures: the skin baked from photos by the mesh's uv, the other parts painted."""

from facerecon.texture.bake import bake
from facerecon.texture.detail import fine_shape
from facerecon.texture.iris import iris_disc
from facerecon.texture.layout import Layout, lay_out
from facerecon.texture.mouth import Mouth, look_into, mouth_of
from facerecon.texture.parts import BROWN, eye_image, iris_colour, part_images, sclera_colour

__all__ = [
    "BROWN",
    "Layout",
    "Mouth",
    "bake",
    "eye_image",
    "fine_shape",
    "iris_colour",
    "iris_disc",
    "lay_out",
    "look_into",
    "mouth_of",
    "part_images",
    "sclera_colour",
]
