"""Reads depth out of OpenEXR files, as renderers and depth networks write it."""

from __future__ import annotations

import os
import tempfile

import numpy as np

from facerecon.core.native_output import native_output_to_log

MAGIC = b"v/1\x01"
CHANNELS = ("Z", "depth", "depth.Z", "Depth", "Depth.Z", "ViewLayer.Depth.Z", "Y", "R", "RGB", "RGBA")
"""Where depth is looked for, in this order; a picture in grey carries it in each of its colours."""
NOTHING = 1e9
"""Renderers write 1e10 or infinity where no surface is."""


def exr_depth(data: bytes, most_pixels: int) -> np.ndarray:
    """Reads the depth of an EXR file.

    Args:
        data: the file.
        most_pixels: more are refused before they are read.

    Returns:
        `(H, W)` float32, in the file's unit; NaN where a renderer saw nothing.

    Raises:
        ValueError: it is damaged, or has no channel that can be depth.
        MemoryError: it is too large.
    """
    import OpenEXR

    # The library reads files only; this one is ours alone, and gone when it is read.
    handle, path = tempfile.mkstemp(suffix=".exr")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        with native_output_to_log():
            low, high = OpenEXR.File(path, header_only=True).header()["dataWindow"]
            if int(np.prod(high.astype(np.int64) - low + 1)) > most_pixels:
                raise MemoryError
            with OpenEXR.File(path) as opened:
                planes = {name: channel.pixels for name, channel in opened.channels().items()}
    except RuntimeError as error:
        raise ValueError("it is a damaged EXR") from error
    finally:
        os.unlink(path)
    name = next((name for name in CHANNELS if name in planes), next(iter(planes)) if len(planes) == 1 else None)
    if name is None or planes[name] is None:
        raise ValueError(f"no channel of the EXR is called Z; there are {', '.join(sorted(planes)[:5]) or 'none'}")
    found = np.asarray(planes[name], dtype=np.float32)
    found = found[..., 0] if found.ndim == 3 else found
    return np.where(found < NOTHING, found, np.nan)
