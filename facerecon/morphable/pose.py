"""A first camera and pose from landmarks alone."""

from __future__ import annotations

import numpy as np

from facerecon.core.types import Camera, Photo
from facerecon.geometry.transforms import rigid

DEFAULT_FOCAL = 1.3
"focal length over the photo's longer side where EXIF says nothing: some 47 mm on a 36 mm wide frame"


def first_camera(photo: Photo) -> Camera:
    """Makes a pinhole camera: EXIF's focal length where there is one, else DEFAULT_FOCAL; centred."""
    height, width = photo.image.shape[:2]
    focal = photo.focal_px or DEFAULT_FOCAL * max(height, width)
    return Camera(width, height, float(focal), np.array([(width - 1) / 2, (height - 1) / 2]))


def first_pose(camera: Camera, pixels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Finds a pose by scaled orthography: least squares for an affine camera, made rigid.

    Args:
        camera: fixes the distance.
        pixels: `(L, 2)` px, four or more.
        points: `(L, 3)` mm, head frame, not in one plane.

    Returns:
        `camera_from_head (4, 4)`, mm.
    """
    homogeneous = np.column_stack([points, np.ones(len(points))])
    affine = np.linalg.lstsq(homogeneous, pixels, rcond=None)[0].T  # (2, 4): px a mm, and px
    u, sizes, vt = np.linalg.svd(affine[:, :3], full_matrices=False)
    rows = u @ vt  # the nearest two orthonormal rows
    rotation = np.vstack([rows, np.cross(rows[0], rows[1])])
    distance = camera.focal / sizes.mean()
    # The ray through the image of the head's origin, at that distance.
    translation = np.append((affine[:, 3] - camera.centre) / camera.focal, 1) * distance
    return rigid(_facing(rotation, camera, translation), translation)


def _facing(rotation: np.ndarray, camera: Camera, translation: np.ndarray) -> np.ndarray:
    """Turns what scaled orthography sees along parallel rays towards the ray that really meets the head."""
    ray = translation / np.linalg.norm(translation)
    axis = np.cross([0, 0, 1], ray)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return (np.eye(3) + cross + cross @ cross / (1 + ray[2])) @ rotation
