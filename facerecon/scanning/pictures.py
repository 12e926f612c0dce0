"""The pictures that a scan's texture is baked from: its own photos, or photographs of its colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.types import Camera, Faces, Landmarks, Photo, PointCloud
from facerecon.geometry.transforms import apply, invert
from facerecon.parts import Parts
from facerecon.scanning.heads import MIDDLE, REACH, ScanHead
from facerecon.scans.meshes import TexturedSurface
from facerecon.scans.photographs import photograph, photograph_surfaces, studio

PIXELS = 640
"side of a photograph: half a millimetre a pixel, as fine as scans' points are"
FINE_PIXELS = 1200
"of a textured surface"


@dataclass(frozen=True, eq=False)
class Pictures:
    photos: tuple[Photo, ...]
    "none where a scan has no colours"
    cameras: tuple[tuple[Camera, np.ndarray], ...]
    "of each photo, with its `camera_from_head (4, 4)`; where there is none, a single one before the face"
    foreground: tuple[np.ndarray | None, ...]
    "of each photo `(H, W)` in [0, 1]: where the scan is; None: not known"
    landmarks: Landmarks | None
    "in the first photo; None: not found, or there is none"
    faces: tuple[Faces, ...]
    "in photos that came in; none for photographs"


def take_pictures(
    heads: Sequence[ScanHead],
    first_from_each: Sequence[np.ndarray],
    head_from_first: np.ndarray,
    cloud: PointCloud,
    parts: Parts,
) -> Pictures:
    """Takes the photos that belong to scans, or else photographs the scans' colours from all around.

    Args:
        heads: the scans.
        first_from_each: by scan `(4, 4)` rigid, into the frame of the first.
        head_from_first: `(4, 4)` rigid or a similarity.
        cloud: all scans together, mm, head frame.
        parts: to find the face in a photograph.
    """
    own = [(head, move) for head, move in zip(heads, first_from_each, strict=True) if head.scan.photo is not None]
    if own:
        poses = [_without_scale(invert(move) @ invert(head_from_first)) for _, move in own]
        return Pictures(
            tuple(head.scan.photo for head, _ in own),
            tuple((head.scan.camera, pose) for (head, _), pose in zip(own, poses, strict=True)),
            (None,) * len(own),
            own[0][0].landmarks,
            tuple(head.faces for head, _ in own),
        )
    surfaces = [
        (_cropped(surface, matrix), matrix)
        for head, move in zip(heads, first_from_each, strict=True)
        for matrix in [head_from_first @ move @ np.diag([head.millimetres] * 3 + [1.0])]
        for surface in head.scan.surfaces
    ]
    places = studio(cloud.normals, FINE_PIXELS if surfaces else PIXELS)
    if surfaces:
        taken = [photograph_surfaces([(s, pose @ m) for s, m in surfaces], camera) for camera, pose in places]
    elif cloud.colours is not None:
        taken = [photograph(cloud, *place) for place in places]
    else:
        return Pictures((), tuple(places[:1]), (), None, ())
    images, masks = zip(*taken, strict=True)
    photos = tuple(Photo(image, "", None, "scan") for image in images)
    return Pictures(photos, tuple(places), masks, _landmarks(photos[0], parts), ())


def _cropped(surface: TexturedSurface, head_from_scan: np.ndarray) -> TexturedSurface:
    """Keeps the triangles on the head."""
    near = np.linalg.norm(apply(head_from_scan, surface.points) - MIDDLE, axis=1) < REACH
    return replace(surface, triangles=surface.triangles[near[surface.triangles].all(axis=1)])


def _without_scale(camera_from_head: np.ndarray) -> np.ndarray:
    """Makes a similarity rigid that projects alike: what is nearer and smaller looks the same."""
    pose = camera_from_head.copy()
    pose[:3] /= np.cbrt(np.linalg.det(pose[:3, :3]))
    return pose


def _landmarks(photo: Photo, parts: Parts) -> Landmarks | None:
    """Locates the landmarks of the largest face in a photograph."""
    faces = parts.detector.detect(photo)
    return parts.landmarker.locate(photo, faces.boxes[faces.sizes.argmax()]) if len(faces) else None
