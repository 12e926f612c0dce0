"""Weights and data files: what there is, where it comes from, and where it lies on this machine."""

from facerecon.assets.licences import Part, licences
from facerecon.assets.manifest import Asset, find, manifest
from facerecon.assets.resolver import cache_folder, damaged, found, locate, locate_asset, names

__all__ = [
    "Asset",
    "Part",
    "cache_folder",
    "damaged",
    "find",
    "found",
    "licences",
    "locate",
    "locate_asset",
    "manifest",
    "names",
]
