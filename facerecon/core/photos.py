"""Reads a photo file into a `Photo`: upright, RGB, 8 bit, with its focal length where EXIF tells it.

Accepted: JPEG, PNG, WebP, BMP, TIFF, HEIC and AVIF. What is not a usable photo is refused with a `PhotoError`, as far
as possible from the header alone, before any pixel is decoded.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import math
import struct
import warnings
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms

from facerecon.core.errors import PhotoError
from facerecon.core.files import file_name, read_bytes
from facerecon.core.native_output import native_output_to_log
from facerecon.core.types import Photo

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "HEIF", "AVIF")
"""Pillow's names; MPO (several JPEGs in one file) comes in as JPEG."""
MAX_PIXELS = 64_000_000
"""Larger photos are refused before decoding: they would take more than a gigabyte on the way."""
MIN_SIDE = 32
"""px; nothing below holds a face."""
MAX_BYTES = 512_000_000
"""Larger files are refused unread."""
FILM_DIAGONAL = math.hypot(36.0, 24.0)
"""mm, of a 35 mm film picture."""

_DAMAGES = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, RuntimeError, struct.error, zlib.error)
"""What Pillow's decoders raise on files that are not what they seem."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what makes the picture upright."""
_ORIENTATION, _EXIF_IFD, _WIDTH, _HEIGHT, _FOCAL_35MM, _DISTANCE = 0x0112, 0x8769, 0xA002, 0xA003, 0xA405, 0x9206
_NEAREST, _FARTHEST = 0.15, 10.0
"""m between which a stated distance can be that of a face."""


def read_photo(source: str | Path | bytes | BinaryIO, name: str | None = None) -> Photo:
    """Reads a photo.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        name: what to call it; default: the file's name.

    Raises:
        PhotoError: it is missing, empty, damaged, too large, too small or not a photo.
    """
    name = file_name(source, "photo") if name is None else name
    data = read_bytes(source, name, MAX_BYTES, PhotoError, "photo")
    image = _open(data, name)
    try:
        # libtiff complains straight to the terminal.
        terminal = native_output_to_log() if image.format == "TIFF" else contextlib.nullcontext()
        with warnings.catch_warnings(), terminal:  # damaged EXIF and the like: the photo itself is fine
            warnings.simplefilter("ignore")
            image.load()
            exif = _exif(image)
            pixels = np.asarray(_turned(_to_rgb(image), exif))
    except _DAMAGES as error:
        raise PhotoError(f"{name} is damaged or cut off ({error}).", "photo_damaged", name=name) from error
    except MemoryError as error:
        raise _too_large(name, *image.size) from error
    focal, distance = _focal_px(exif, *image.size), _distance_mm(exif)
    return Photo(pixels, hashlib.sha256(data).hexdigest(), focal, name, distance)


def _open(data: bytes, name: str) -> Image.Image:
    """Reads the header alone, and checks the format and size that it states."""
    if data[4:8] == b"ftyp":
        import pi_heif  # noqa: PLC0415  (slow to import, and seldom needed)

        pi_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except _DAMAGES as error:
        known = "JPEG, PNG, WebP, BMP, TIFF, HEIC or AVIF"
        raise PhotoError(f"{name} is not a photo ({known}) or is damaged.", "photo_not_an_image", name=name) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(name, width, height)
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            f"{name} has only {width}x{height} pixels; the shorter side needs {MIN_SIDE}.",
            "photo_too_small",
            **dict(name=name, width=width, height=height, limit=MIN_SIDE),
        )
    return image


def _too_large(name: str, width: int = 0, height: int = 0) -> PhotoError:
    """Says that a photo has too many pixels; 0: Pillow did not even tell how many."""
    size = f"{width}x{height} pixels" if width else "far too many pixels"
    return PhotoError(
        f"{name} has {size}; up to {MAX_PIXELS // 1_000_000} million are accepted.",
        "photo_too_large",
        **dict(name=name, width=width, height=height, limit=MAX_PIXELS // 1_000_000),
    )


def _exif(image: Image.Image) -> dict[int, object]:
    """Reads the few EXIF tags in use, of a loaded picture; damaged ones count as missing.

    Pillow turns TIFF and HEIC upright while loading, and then removes the orientation.
    """
    try:
        tags = image.getexif()
        return {_ORIENTATION: tags.get(_ORIENTATION), **tags.get_ifd(_EXIF_IFD)}
    except _DAMAGES as error:
        logger.info("EXIF cannot be read: %s", error)
        return {}


def _turned(image: Image.Image, exif: dict[int, object]) -> Image.Image:
    """Turns a picture upright."""
    orientation = exif.get(_ORIENTATION)
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _focal_px(exif: dict[int, object], width: int, height: int) -> float | None:
    """Converts EXIF's 35 mm equivalent into pixels.

    The equivalent lens sees the same diagonal angle on film of 36 mm x 24 mm (CIPA DCG-001), so
    `focal_px = equivalent * hypot(width, height) / 43.27 mm`. A picture whose shape is no longer the one that the
    camera noted was cropped: then nothing is known.
    """
    try:
        equivalent = float(exif.get(_FOCAL_35MM) or 0)
        noted = sorted((float(exif.get(_WIDTH) or width), float(exif.get(_HEIGHT) or height)))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not 5 <= equivalent <= 2000 or noted[0] <= 0:
        return None
    if abs(noted[1] / noted[0] / (max(width, height) / min(width, height)) - 1) > 0.02:
        return None
    return equivalent * math.hypot(width, height) / FILM_DIAGONAL


def _distance_mm(exif: dict[int, object]) -> float | None:
    """Reads EXIF's distance to the subject, which it gives in m; 0, infinity and the absurd mean that it is unknown."""
    try:
        metres = float(exif.get(_DISTANCE) or 0)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return 1000 * metres if _NEAREST <= metres <= _FARTHEST else None


def _to_rgb(image: Image.Image) -> Image.Image:
    """Converts any mode to 8-bit sRGB; what is transparent becomes white."""
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    profile = image.info.get("icc_profile")
    alpha = None
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode not in ("L", "CMYK", "LAB"):
        image = image.convert("RGB")
    image = _to_srgb(image, profile)
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    return image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Applies an ICC profile (a damaged or foreign one is ignored) and gives RGB."""
    try:
        if image.mode == "LAB":
            source = ImageCms.createProfile("LAB")
        elif profile:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        else:
            return image.convert("RGB")
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as error:
        logger.info("The colour profile cannot be used: %s", error)
        return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Scales 16-bit, 32-bit and floating-point grey to 8 bit, by the range that the type or the values show."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0).clip(min=0)
    highest = values.max()
    if image.mode.startswith("I;16"):
        white = 65535.0
    elif image.mode == "F" and highest <= 1:
        white = 1.0
    else:
        white = next((limit for limit in (255.0, 65535.0) if highest <= limit), highest)
    grey = (values * (255 / white)).round().clip(0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
