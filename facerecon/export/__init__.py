"""Writes heads and meshes into the files that other programs read."""

from facerecon.export.formats import FORMATS, FileOptions, check_formats, format_files
from facerecon.export.glb import glb_bytes, write_glb
from facerecon.export.obj import obj_files, write_obj
from facerecon.export.polygons import ply_bytes, stl_bytes, write_ply, write_stl
from facerecon.export.usdz import usdz_bytes, write_usdz

__all__ = [
    "FORMATS",
    "FileOptions",
    "check_formats",
    "format_files",
    "glb_bytes",
    "obj_files",
    "ply_bytes",
    "stl_bytes",
    "usdz_bytes",
    "write_glb",
    "write_obj",
    "write_ply",
    "write_stl",
    "write_usdz",
]
