"""The formats that a head can be had in, by name, and what can be chosen about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.material import Material
from facerecon.core.types import Reconstruction
from facerecon.export.glb import glb_bytes
from facerecon.export.obj import obj_files
from facerecon.export.polygons import ply_bytes, stl_bytes
from facerecon.export.usdz import usdz_bytes

FORMATS = ("glb", "usdz", "obj", "ply", "stl")


@dataclass(frozen=True)
class FileOptions:
    skeleton: bool = False
    "GLB: joints for the head and both eyes"
    neutral_base: bool = False
    "GLB and USDZ: the base shape is the face at rest, and the weights bring the photo's expression"
    quantised: bool = False
    "GLB: morph targets in small numbers"
    albedo: bool = False
    "GLB, USDZ, OBJ and PLY: the skin's own colour, without the light of the photo, where that could be told"
    material: Material | None = None
    "GLB, USDZ and OBJ: of the skin; None: as the head has it"
    height_mm: float | None = None
    "STL: of the printed head; None: life-size"


def check_formats(formats: tuple[str, ...], options: FileOptions | None = None) -> None:
    """Checks, before the work begins, that files can be written in these formats.

    Raises:
        SettingsError: there is no such format, its library is missing, or the height is none.
    """
    for name in formats:
        if name not in FORMATS:
            raise SettingsError(f"Heads are written as {', '.join(FORMATS)}, not as “{name}”.")
    if "usdz" in formats and find_spec("pxr") is None:
        raise SettingsError("USDZ needs the library usd-core: pip install usd-core", "usd_missing")
    height = options.height_mm if options else None
    if height is not None and not (np.isfinite(height) and height > 0):
        raise SettingsError(f"A body cannot be {height} mm high.")


def format_files(result: Reconstruction, name: str, options: FileOptions | None = None) -> dict[str, bytes]:
    """Builds a head's files of one format: file name → content; all are named `head`.

    Args:
        result: the head.
        name: one of `FORMATS`.
        options: what was chosen.

    Raises:
        SettingsError: as `check_formats`.
    """
    options = options or FileOptions()
    check_formats((name,), options)
    if options.albedo and result.texture.albedo is not None:
        result = replace(result, texture=replace(result.texture, image=result.texture.albedo))
    if options.material is not None:
        result = replace(result, material=options.material)
    if name == "obj":
        return obj_files(result, "head.obj")
    if name == "glb":
        wishes = {"skeleton": options.skeleton, "quantised": options.quantised}
        content = glb_bytes(result, neutral_base=options.neutral_base, **wishes)
    elif name == "usdz":
        content = usdz_bytes(result, neutral_base=options.neutral_base)
    else:
        content = ply_bytes(result) if name == "ply" else stl_bytes(result, options.height_mm)
    return {f"head.{name}": content}
