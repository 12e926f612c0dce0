"""Depth inside a portrait photo: Apple's HEIC and JPEG, Google's GDepth and Dynamic Depth."""

from __future__ import annotations

import base64
import io
import logging
import struct
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageOps

from facerecon.core.types import Photo
from facerecon.scans.depth_map import DepthMap
from facerecon.scans.intrinsics import camera_for, matrix_values
from facerecon.scans.xmp import jpeg_packets, raw_packets, xmp_values

logger = logging.getLogger(__name__)

_DAMAGES = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, RuntimeError, struct.error)
_FARTHEST = 5000.0
"mm; beyond it no face gives depth"
_ITEM = "{http://ns.google.com/photos/dd/1.0/item/}"


def embedded_depth(data: bytes, photo: Photo) -> DepthMap | None:
    """Reads the depth map inside a photo.

    Known are Apple's auxiliary disparity or depth in HEIC and in JPEG (MPF), Google's GDepth in XMP, and Dynamic
    Depth. Lens distortion is not undone. Where the file calls its disparity relative, as phones with two cameras do,
    or names no unit, the map is not metric: its shape is right up to scale at best.

    Args:
        data: the file.
        photo: what `read_photo` made of it.

    Returns:
        The map, upright as the photo; None: there is none inside, or none that can be read.
    """
    readers = (_heif,) if data[4:8] == b"ftyp" else (_apple_jpeg, _gdepth, _dynamic_depth)
    for read in readers:
        try:
            found = read(data, photo)
        except _DAMAGES as error:
            logger.info("%s: embedded depth cannot be read (%s)", photo.name, error)
            continue
        if found is not None:
            return found
    return None


def _heif(data: bytes, photo: Photo) -> DepthMap | None:
    """Reads Apple's auxiliary depth image of a HEIC."""
    import pi_heif  # slow to import, and seldom needed

    images = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False).info["depth_images"]
    if not images:
        return None
    codes = np.asarray(images[0].to_pillow().convert("L") if images[0].mode != "I;16" else images[0].to_pillow())
    described = images[0].info.get("metadata") or {}
    about = next((values for values in map(xmp_values, raw_packets(data)) if _is_apple(values)), {})
    if not about and {"d_min", "d_max"} <= set(described):
        about = {"FloatMinValue": described["d_min"], "FloatMaxValue": described["d_max"]}
        about["AuxiliaryImageType"] = "disparity"
    return _apple_map(codes, about, photo)


def _apple_jpeg(data: bytes, photo: Photo) -> DepthMap | None:
    """Reads Apple's auxiliary depth image of a JPEG, which follows the photo as a picture of its own (MPF)."""
    for picture in _further_pictures(data):
        about = next((values for values in map(xmp_values, jpeg_packets(picture)) if _is_apple(values)), None)
        if about is not None:
            with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
                return _apple_map(_upright(image.convert("L"), data), about, photo)
    return None


def _further_pictures(data: bytes) -> Iterator[bytes]:
    """Gives the pictures after the first of a multi-picture file (CIPA DC-007)."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        origin = data.find(b"MPF\0") + 4  # offsets count from the header of that segment
        for entry in getattr(image, "mpinfo", {}).get(0xB002, ())[1:]:
            start = origin + entry["DataOffset"]
            yield data[start : start + entry["Size"]]


def _is_apple(values: Mapping[str, object]) -> bool:
    """Tells whether XMP describes an auxiliary depth image."""
    return str(values.get("AuxiliaryImageType", "")).lower() in ("disparity", "depth") and "FloatMaxValue" in values


def _apple_map(codes: np.ndarray, about: Mapping[str, object], photo: Photo) -> DepthMap:
    """Turns codes into depth: from least to largest value, disparity in 1/m or depth in m."""
    least, largest = float(about["FloatMinValue"]), float(about["FloatMaxValue"])
    white = float(about.get("IntMaxValue", 65535 if codes.dtype.itemsize > 1 else 255))
    values = least + codes.astype(np.float64) / white * (largest - least)
    if str(about.get("AuxiliaryImageType")).lower() == "disparity":
        values = 1 / np.where(values > 0, values, np.nan)
    metric = str(about.get("Accuracy", "relative")).lower() == "absolute"
    return _made(values * 1000, _apple_intrinsics(about, codes.shape), photo, metric)


def _apple_intrinsics(about: Mapping[str, object], shape: tuple[int, ...]) -> dict[str, float] | None:
    """Reads the intrinsic matrix; its principal point only while the map was not turned against it."""
    width, height = (float(about.get(f"IntrinsicMatrixReference{side}", 0)) for side in ("Width", "Height"))
    if "IntrinsicMatrix" not in about or min(width, height) <= 0:
        return None
    focal, x, y = matrix_values([float(value) for value in about["IntrinsicMatrix"]])
    if (width > height) != (shape[1] > shape[0]):
        width, height = height, width
        x, y = (width - 1) / 2, (height - 1) / 2
    return {"focal": focal, "x": x, "y": y, "width": width, "height": height}


def _gdepth(data: bytes, photo: Photo) -> DepthMap | None:
    """Reads Google's GDepth: a picture in base64 within XMP, and how its codes become depth."""
    about: dict[str, object] = {}
    for packet in jpeg_packets(data):
        about = {**xmp_values(packet), **about}
    if not {"Data", "Near", "Far"} <= set(about):
        return None
    picture = base64.b64decode(str(about["Data"]))
    # GDepth is stretched to fit the photo as it is stored.
    return _google_map(picture, about, photo, data)


def _dynamic_depth(data: bytes, photo: Photo) -> DepthMap | None:
    """Reads Google's Dynamic Depth: pictures after the photo, listed with their lengths in a directory."""
    for packet in jpeg_packets(data):
        about = xmp_values(packet)
        if not {"Near", "Far"} <= set(about):
            continue
        items = [node.attrib for node in ElementTree.fromstring(packet[packet.find(b"<") :].rstrip(b"\0 \n")).iter()]
        items = [item for item in items if f"{_ITEM}Mime" in item]
        end = len(data)
        for item in reversed(items[1:]):
            start = end - int(item.get(f"{_ITEM}Length", 0)) - int(item.get(f"{_ITEM}Padding", 0))
            if "depth" in (item.get(f"{_ITEM}DataURI", "") + item.get(f"{_ITEM}Semantic", "")).lower():
                return _google_map(data[start:end], about, photo, data)
            end = start
    return None


def _google_map(picture: bytes, about: Mapping[str, object], photo: Photo, data: bytes) -> DepthMap:
    """Turns codes into depth: RangeInverse, z = near far / (far - code (far - near)), or RangeLinear."""
    with Image.open(io.BytesIO(picture), formats=["PNG", "JPEG"]) as image:
        deep = image.mode.startswith("I")
        codes = _upright(image if deep else image.convert("L"), data).astype(np.float64) / (65535 if deep else 255)
    near, far = float(about["Near"]), float(about["Far"])
    if str(about.get("Format", "RangeInverse")) == "RangeLinear":
        values = near + codes * (far - near)
    else:
        values = far * near / (far - codes * (far - near))
    unit = str(about.get("Units", "")).lower()
    factor = {"m": 1000.0, "meters": 1000.0, "mm": 1.0, "millimeters": 1.0}.get(unit)
    return _made(values * (factor or 1000.0), None, photo, factor is not None)


def _upright(image: Image.Image, data: bytes) -> np.ndarray:
    """Turns an auxiliary picture as the photo's EXIF says; it has no orientation of its own."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as main:
        orientation = main.getexif().get(0x0112, 1)
    image.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


def _made(depth: np.ndarray, intrinsics: dict[str, float] | None, photo: Photo, metric: bool) -> DepthMap:
    """Makes the map; what is too far for a face is not known."""
    height, width = depth.shape
    if abs(np.log(width / height * photo.image.shape[0] / photo.image.shape[1])) > 0.03:
        raise ValueError("the depth has another shape than the photo")
    camera, guessed = camera_for(width, height, None, intrinsics, photo)
    depth = np.where((depth > 0) & (depth < _FARTHEST), depth, np.nan)
    notes = [key for key, said in (("focal_guessed", guessed), ("relative_depth", not metric)) if said]
    return DepthMap(depth, camera, photo, metric, tuple(notes))
