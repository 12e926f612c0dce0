"""What a file is, by its content alone: nothing heavy is loaded and no pixel decoded."""

from __future__ import annotations

import io
import json
import re

KINDS = ("photo", "photo_with_depth", "depth", "scan", "camera", "material", "unknown")
ENDINGS = (".obj", ".ply", ".stl", ".pcd", ".xyz", ".pts", ".csv", ".txt", ".asc", ".xyzrgb", ".xyzn")
"""What scans are usually called; only the content decides what they are."""
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"v/1\x01")
"""How pictures begin; EXR is the last."""
OTHERS = (b"PK\x03\x04", b"%PDF", b"glTF", b"\x1f\x8b", b"Kaydara", b"\x93NUMPY")
"""How other files begin that are neither pictures nor scans that are read."""
_DEPTH_INSIDE = (b"apdi:AuxiliaryImageType", b"GDepth:", b"/dd/1.0/depthmap/")
_DEEP = ("I;16", "I;16B", "I;16L", "I", "F")
_TOO_FAR = 20_000
"a depth camera's millimetres, or fifths of them, indoors stay below"
_MOST_PIXELS = 64_000_000
_DAMAGES = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError)


def file_kind(data: bytes) -> str:
    """Tells what a file is.

    Returns:
        One of `KINDS`. `photo_with_depth` may turn out to hold none that can be read, `photo` to be damaged;
        `camera` is JSON with intrinsics, `material` an OBJ's MTL.
    """
    if scan_kind(data) is not None:
        return "scan"
    if is_depth(data):
        return "depth"
    if data[4:8] == b"ftyp" or (data.startswith(PICTURES) and not data.startswith(PICTURES[-1])):
        return "photo_with_depth" if has_depth_inside(data) else "photo"
    if re.search(rb"^\s*newmtl\s", data[:100_000], re.MULTILINE):
        return "material"
    return "camera" if _is_camera(data) else "unknown"


def scan_kind(data: bytes) -> str | None:
    """Tells what kind of scan a file is: `ply`, `pcd`, `stl`, `obj`, `text`, or None: no scan."""
    head = data[:4096]
    if head.startswith(PICTURES + OTHERS) or data[4:8] == b"ftyp":
        return None
    if head.startswith(b"ply"):
        return "ply"
    if re.search(rb"^\s*FIELDS\s", head, re.MULTILINE) and re.search(rb"^\s*DATA\s", head, re.MULTILINE):
        return "pcd"
    if len(data) >= 84 and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little"):
        return "stl"
    if re.match(rb"\s*solid\b", head) and b"facet" in data[:100_000]:
        return "stl"
    if b"\0" in head or head.lstrip().startswith((b"{", b"[")):
        return None
    if re.search(rb"^[ \t]*v[ \t]+[-+.\dnN]", data[:1_000_000], re.MULTILINE):
        return "obj"
    if re.search(rb"^[ \t]*[-+.\d]\S*([\s,;]+[-+.\dnN]\S*){2}", data[:10_000], re.MULTILINE):
        return "text"
    return None


def is_depth(data: bytes) -> bool:
    """Tells whether a file is a depth map of its own: NPY, NPZ, EXR, or a grey picture of more than 8 bits."""
    if data.startswith((b"\x93NUMPY", PICTURES[-1])) or (data.startswith(b"PK") and b".npy" in data[:200]):
        return True
    if data.startswith(b"\x89PNG"):
        return len(data) > 26 and data[24] == 16 and data[25] == 0 and _looks_deep(data)  # 16 bits of grey
    return data.startswith((b"II*\0", b"MM\0*")) and _looks_deep(data)


def _looks_deep(data: bytes) -> bool:
    """Tells whether the numbers of a grey picture can be distances; those of a photo reach up to its white."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "TIFF"]) as image:
            if image.mode not in _DEEP or image.width * image.height > _MOST_PIXELS:
                return False
            brightest = float(np.percentile(np.nan_to_num(np.asarray(image, dtype=np.float64)), 99))
            return brightest > 1.05 if image.mode == "F" else brightest < _TOO_FAR
    except _DAMAGES:
        return data.startswith(b"\x89PNG")  # a damaged depth map, to be told so
    except (Image.DecompressionBombError, MemoryError):
        return False


def has_depth_inside(data: bytes) -> bool:
    """Tells whether a photo says that it holds depth."""
    if any(mark in data for mark in _DEPTH_INSIDE):
        return True
    return data[4:8] == b"ftyp" and b"auxid:2" in data[:100_000]


def _is_camera(data: bytes) -> bool:
    """Tells whether a file is JSON that can hold a camera."""
    try:
        found = json.loads(data[:1_000_000].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    keys = str(found.keys()) + str(found.get("camera", "")) if isinstance(found, dict) else ""
    return any(key in keys for key in ("'fx'", "'K'", "'focal'", "intrinsic"))
