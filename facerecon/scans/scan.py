"""What comes in instead of a photo: a scan or a depth map, with what its file says about size and colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facerecon.core.types import Camera, Photo, PointCloud
from facerecon.scans.depth_map import DepthMap, depth_cloud

if TYPE_CHECKING:
    from facerecon.scans.meshes import TexturedSurface


@dataclass(frozen=True, eq=False)
class Scan:
    cloud: PointCloud
    "in the file's own frame and unit"
    name: str = "scan"
    "the file's name, for people to read"
    digest: str = ""
    "sha256 of the file's bytes, hexadecimal"
    unit: str | None = None
    "a name of `units.MILLIMETRES`, or millimetres as a number; None: it is to be guessed"
    source: str = "scan"
    "where millimetres come from: `scan`, `depth`, or `model_average` where only the shape is known"
    photo: Photo | None = None
    "of the same view; its camera stands in the cloud's frame (x right, y down, z forward), whose unit is mm"
    camera: Camera | None = None
    "the photo's"
    surfaces: tuple[TexturedSurface, ...] = ()
    "in the cloud's frame and unit, with pictures finer than its points"
    notes: tuple[str, ...] = ()
    "text keys under `warning.`: what had to be guessed so far"


def as_scan(given: Scan | DepthMap | PointCloud, name: str = "scan", digest: str = "", unit: str | None = None) -> Scan:
    """Wraps a cloud or a depth map; a Scan stays as it is."""
    if isinstance(given, Scan):
        return given
    if isinstance(given, PointCloud):
        return Scan(given, name, digest, unit)
    source = "depth" if given.metric else "model_average"
    return Scan(depth_cloud(given), name, digest, "mm", source, given.photo, given.photo_camera, (), given.notes)
