"""Writes heads and meshes into the files that other programs read."""

from facerecon.export.glb import glb_bytes, write_glb
from facerecon.export.obj import obj_files, write_obj
from facerecon.export.polygons import ply_bytes, stl_bytes, write_ply, write_stl

__all__ = ["glb_bytes", "obj_files", "ply_bytes", "stl_bytes", "write_glb", "write_obj", "write_ply", "write_stl"]
