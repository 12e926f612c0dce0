"""The camera of a depth map: as it is given, or guessed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from facerecon.core.errors import ScanError
from facerecon.core.types import Camera, Photo

GUESSED_VIEW = math.radians(60)
"field of view over the longer side, as depth cameras of phones and desks have (57° to 70°)"


def camera_for(
    width: int, height: int, focal: float | None = None, intrinsics: Any = None, photo: Photo | None = None
) -> tuple[Camera, bool]:
    """Makes the camera of a depth map of `width` x `height` pixels.

    Args:
        width: px.
        height: px.
        focal: px of the depth map.
        intrinsics: what `read_intrinsics` gave; the focal length goes before it.
        photo: of the same camera; its EXIF focal length is used where nothing else is known.

    Returns:
        The camera, and whether its focal length was guessed.

    Raises:
        ScanError: a number is not positive or not finite.
    """
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    if intrinsics is not None:
        given = _scaled(intrinsics, width, height)
        camera = Camera(width, height, focal or given[0], np.array(given[1:]))
        return _checked(camera), False
    if focal is not None:
        return _checked(Camera(width, height, float(focal), middle)), False
    if photo is not None and photo.focal_px is not None:
        return Camera(width, height, photo.focal_px * width / photo.image.shape[1], middle), False
    return Camera(width, height, max(width, height) / 2 / math.tan(GUESSED_VIEW / 2), middle), True


def read_intrinsics(data: bytes, name: str = "intrinsics.json") -> dict[str, float]:
    """Reads a pinhole camera from JSON, in the spellings of common tools.

    Accepted are `fx`, `fy`, `cx`, `cy`; `focal` and `centre`; a 3x3 matrix `K` or `intrinsics`, by rows; and Open3D's
    `intrinsic_matrix`, nine numbers by columns; with `width` and `height` where the numbers belong to another size.

    Returns:
        `focal`, `x`, `y`, px, and perhaps `width` and `height`.

    Raises:
        ScanError: it is none of these.
    """
    try:
        given = json.loads(data.decode("utf-8-sig"))
        given = given.get("camera", given)
        found = dict(zip(("focal", "x", "y"), _pinhole(given), strict=True))
        for size in ("width", "height"):
            if size in given:
                found[size] = float(given[size])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ScanError(f"{name} does not describe a camera.", "scan_intrinsics", name=name) from error
    return found


def matrix_values(matrix: Any) -> tuple[float, float, float]:
    """Reads focal length and principal point from a camera matrix, by rows or by columns."""
    k = np.asarray(matrix, dtype=np.float64).reshape(3, 3)
    if k[0, 2] == 0 and k[1, 2] == 0:
        k = k.T
    return (k[0, 0] + k[1, 1]) / 2, float(k[0, 2]), float(k[1, 2])


def _pinhole(given: dict[str, Any]) -> tuple[float, float, float]:
    """Finds focal length and principal point in what a JSON file holds."""
    for key in ("K", "intrinsics", "intrinsic_matrix"):
        if key in given and not isinstance(given[key], dict):
            return matrix_values(given[key])
    given = given.get("intrinsics", given)
    if "focal" in given:
        x, y = given.get("centre", given.get("center"))
        return float(given["focal"]), float(x), float(y)
    fx = float(given["fx"])
    return (fx + float(given.get("fy", fx))) / 2, float(given["cx"]), float(given["cy"])


def _scaled(given: dict[str, float], width: int, height: int) -> tuple[float, float, float]:
    """Brings given numbers to the size of the depth map."""
    across = width / given.get("width", width)
    down = height / given.get("height", height)
    if abs(across / down - 1) > 0.02:
        raise ScanError("The intrinsics belong to a picture of another shape.", "scan_intrinsics", name="intrinsics")
    return given["focal"] * across, (given["x"] + 0.5) * across - 0.5, (given["y"] + 0.5) * down - 0.5


def _checked(camera: Camera) -> Camera:
    """Refuses a camera that cannot be."""
    size = np.array([camera.width, camera.height])
    inside = np.isfinite(camera.centre).all() and (np.abs(camera.centre / size - 0.5) < 1).all()
    if not (0.1 * size.max() < camera.focal < 100 * size.max() and inside):
        raise ScanError(
            f"A focal length of {camera.focal:g} px with the middle at ({camera.centre[0]:g}, {camera.centre[1]:g}) "
            f"does not fit a depth map of {camera.width}x{camera.height}.",
            "scan_intrinsics",
            name="intrinsics",
        )
    return camera
