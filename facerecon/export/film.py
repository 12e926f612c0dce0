"""Writes pictures as a film: GIF, or MP4 in the best coding that the OpenCV at hand can write."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facerecon.core.errors import SettingsError
from facerecon.core.native_output import native_output_to_log

CODECS: dict[str, str] = {"avc1": "H.264", "vp09": "VP9", "mp4v": "MPEG-4"}
"""Four letters → name, the most widely played first. OpenCV's wheels for Linux come without H.264."""
COLOURS = 128
"""Of a GIF's palette."""


def gif_bytes(frames: Sequence[np.ndarray], rate: float) -> bytes:
    """Builds a GIF that plays for ever; all its pictures share one palette, so that nothing flickers.

    Args:
        frames: `(H, W, 3)` RGB uint8, all alike in size.
        rate: pictures a second; GIF knows hundredths of a second only.
    """
    images = [Image.fromarray(frame) for frame in _checked(frames)]
    # The palette of some pictures in one; without dither, whose noise would triple the file.
    some = np.concatenate([np.asarray(image)[::4, ::4] for image in images[:: max(1, len(images) // 8)]])
    palette = Image.fromarray(some).quantize(COLOURS, Image.Quantize.MEDIANCUT)
    reduced = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    file = io.BytesIO()
    duration = max(2, round(100 / rate)) * 10
    reduced[0].save(file, "GIF", save_all=True, append_images=reduced[1:], duration=duration, loop=0, optimize=False)
    return file.getvalue()


def mp4_bytes(frames: Sequence[np.ndarray], rate: float) -> tuple[bytes, str]:
    """Builds an MP4.

    Args:
        frames: `(H, W, 3)` RGB uint8, all alike, with even sides.
        rate: pictures a second.

    Returns:
        The file, and the name of its coding, one of `CODECS`.

    Raises:
        SettingsError: this OpenCV writes none of them.
    """
    frames = _checked(frames)
    height, width = frames[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        for code, name in CODECS.items():
            path = Path(folder) / f"{code}.mp4"
            with native_output_to_log():  # says at length what it cannot do
                film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), rate, (width, height))
            if not film.isOpened():
                continue
            for frame in frames:
                film.write(np.ascontiguousarray(frame[..., ::-1]))
            film.release()
            if path.is_file() and path.stat().st_size:
                return path.read_bytes(), name
    raise SettingsError("The OpenCV on this computer cannot write MP4; take the GIF.")


def _checked(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    frames = list(frames)
    if not frames or len({frame.shape for frame in frames}) != 1:
        raise ValueError("a film needs pictures, all of one size")
    return frames
