"""Writes pictures as a film: GIF, MP4, WebM, in the codings that the OpenCV at hand can write.

The coding that everything plays, H.264, is in OpenCV's wheels for Mac and Windows, where the system brings it, but not
in those for Linux; PyAV's wheel, which has it, links x264, which is under the GPL. Without it there is MPEG-4 Part 2,
which QuickTime and Windows know but browsers do not, and VP9 in WebM, which browsers know.
"""

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

CODECS: dict[str, dict[str, str]] = {
    "mp4": {"avc1": "H.264", "mp4v": "MPEG-4"},
    "webm": {"vp09": "VP9", "VP80": "VP8"},
}
"""Kind of file → four letters → name, the most widely played first."""
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


def film_bytes(frames: Sequence[np.ndarray], rate: float, kind: str = "mp4") -> tuple[bytes, str]:
    """Builds an MP4 or a WebM.

    Args:
        frames: `(H, W, 3)` RGB uint8, all alike, with even sides.
        rate: pictures a second.
        kind: one of `CODECS`.

    Returns:
        The file, and the name of its coding.

    Raises:
        SettingsError: this OpenCV writes none of them.
    """
    frames = _checked(frames)
    height, width = frames[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        for code, name in CODECS[kind].items():
            path = Path(folder) / f"{code}.{kind}"
            with native_output_to_log():  # says at length what it cannot do
                film = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), rate, (width, height))
            if not film.isOpened():
                continue
            for frame in frames:
                film.write(np.ascontiguousarray(frame[..., ::-1]))
            film.release()
            if path.is_file() and path.stat().st_size:
                return path.read_bytes(), name
    raise SettingsError(f"The OpenCV on this computer cannot write {kind}; take the GIF.")


def _checked(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    frames = list(frames)
    if not frames or len({frame.shape for frame in frames}) != 1:
        raise ValueError("a film needs pictures, all of one size")
    return frames
