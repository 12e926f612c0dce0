"""Reads a depth map from 16-bit PNG or TIFF, EXR, NPY or NPZ, with its camera and perhaps its colour photo."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from facerecon.core.errors import ScanError
from facerecon.core.files import file_name, read_bytes
from facerecon.core.types import Photo
from facerecon.scans.depth_map import DepthMap
from facerecon.scans.exr import MAGIC, exr_depth
from facerecon.scans.intrinsics import camera_for
from facerecon.scans.units import as_millimetres

MAX_BYTES = 256_000_000
MAX_PIXELS = 16_000_000
_IN_METRES = 30.0
"a median below it cannot be millimetres"
_DEEP = ("I;16", "I;16B", "I;16L", "I", "F")
_DAMAGES = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
_KEYS = ("depth", "depth_map", "depths", "z", "arr_0")


def read_depth(
    source: str | Path | bytes | BinaryIO,
    name: str | None = None,
    *,
    photo: Photo | None = None,
    focal: float | None = None,
    intrinsics: dict[str, float] | None = None,
    units: str | None = None,
) -> DepthMap:
    """Reads a depth map: the distance of every pixel along the camera's axis; 0 and NaN mean unknown.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        name: what to call it; default: the file's name.
        photo: the colour photo that is registered with it, of any size.
        focal: focal length in pixels of the depth map; None: from the photo's EXIF, else guessed and noted.
        intrinsics: what `read_intrinsics` gives.
        units: unit of the numbers, see `as_millimetres`; None: whole numbers are millimetres, and others metres where
            they are small.

    Raises:
        ScanError: it is missing, empty, damaged, too large, no depth map, or does not fit the photo.
        SettingsError: there is no such unit.
    """
    name = file_name(source, "depth") if name is None else name
    values = _values(read_bytes(source, name, MAX_BYTES, ScanError, "scan"), name)
    height, width = values.shape
    known = np.isfinite(values) & (values > 0)
    if np.issubdtype(values.dtype, np.integer):
        known &= values < np.iinfo(values.dtype).max  # sensors' mark for too far
    if known.sum() < 100:
        raise ScanError(f"{name} knows no depth anywhere.", "scan_no_points", name=name)
    if photo is not None and abs(math.log(width / height * photo.image.shape[0] / photo.image.shape[1])) > 0.03:
        raise ScanError(f"{name} and {photo.name} have different shapes, so they are no pair.", "scan_pair", name=name)
    factor = as_millimetres(units) if units else 1.0 if np.median(values[known]) > _IN_METRES else 1000.0
    camera, guessed = camera_for(width, height, focal, intrinsics, photo)
    depth = np.where(known, values.astype(np.float64) * factor, np.nan)
    return DepthMap(depth, camera, photo, notes=("focal_guessed",) if guessed else ())


def _values(data: bytes, name: str) -> np.ndarray:
    """Reads the numbers of a depth map, `(H, W)`."""
    try:
        if data.startswith(b"\x93NUMPY"):
            values = _plane(_array(io.BytesIO(data)))
        elif data.startswith(b"PK"):
            values = _plane(_from_archive(data))
        elif data.startswith(MAGIC):
            values = _plane(exr_depth(data, MAX_PIXELS))
        else:
            values = _from_picture(data, name)
    except _DAMAGES as error:
        raise ScanError(f"{name} is no depth map, or is damaged ({error}).", "scan_depth_unknown", name=name) from error
    except (MemoryError, Image.DecompressionBombError) as error:
        raise _too_large(name) from error
    if values.size > MAX_PIXELS:
        raise _too_large(name)
    return values


def _from_picture(data: bytes, name: str) -> np.ndarray:
    """Reads a deep grey picture."""
    with Image.open(io.BytesIO(data), formats=["PNG", "TIFF"]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(name)
        if image.mode not in _DEEP:
            raise ScanError(
                f"{name} has 8 bits a pixel, too few for millimetres: a depth map needs 16.",
                "scan_depth_shallow",
                name=name,
            )
        return np.asarray(image)


def _array(stream: BinaryIO) -> np.ndarray:
    """Reads an NPY, after a look at the size that it promises; objects, which could run code, are refused."""
    version = np.lib.format.read_magic(stream)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, *_ = read_header(stream)
    if math.prod(shape) > MAX_PIXELS:
        raise MemoryError
    stream.seek(0)
    return np.load(stream, allow_pickle=False)


def _from_archive(data: bytes) -> np.ndarray:
    """Reads the depth of an NPZ: the array of that name, or the only one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {info.filename.removesuffix(".npy").lower(): info for info in archive.infolist()}
        chosen = next((names[key] for key in _KEYS if key in names), None)
        chosen = chosen or (next(iter(names.values())) if len(names) == 1 else None)
        if chosen is None:
            raise ValueError(f"no array is called depth; there are {', '.join(sorted(names)[:5])}")
        if chosen.file_size > 8 * MAX_PIXELS + 1000:
            raise MemoryError
        return _array(io.BytesIO(archive.read(chosen)))


def _plane(values: np.ndarray) -> np.ndarray:
    """Takes a single plane of numbers, perhaps with axes of length one."""
    values: Any = np.squeeze(values)
    if values.ndim != 2 or min(values.shape) < 16:
        raise ValueError(f"its shape is {values.shape}, not rows x columns")
    if values.dtype.kind not in "fiu":
        raise ValueError(f"it holds {values.dtype}, not numbers")
    return values


def _too_large(name: str) -> ScanError:
    limit = MAX_PIXELS // 1_000_000
    return ScanError(f"{name} has more than {limit} million pixels.", "scan_depth_too_large", name=name, limit=limit)
