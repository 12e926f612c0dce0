"""Scans and depth: files in, a clean cloud of one head out."""

from facerecon.scans.depth_files import read_depth
from facerecon.scans.depth_map import DepthMap, depth_cloud
from facerecon.scans.embedded import embedded_depth
from facerecon.scans.intrinsics import read_intrinsics
from facerecon.scans.read import read_scan

__all__ = ["DepthMap", "depth_cloud", "embedded_depth", "read_depth", "read_intrinsics", "read_scan"]
