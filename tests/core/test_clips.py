"""Films are written with known pictures at known times, and read back."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from facerecon.core.clips import LONGEST, ClipError, read_clip

LEVELS = np.linspace(20, 230, 30).astype(int)


def film(path, kind: str, size=(160, 120), rate=30.0) -> bytes:
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*kind), rate, size)
    assert writer.isOpened()
    for level in LEVELS:
        writer.write(np.full((size[1], size[0], 3), (level, 10, 250 - level), np.uint8))
    writer.release()
    return path.read_bytes()


@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "mp4v"), ("b.mp4", "vp09"), ("c.webm", "VP80")])
def test_pictures_come_at_their_times(tmp_path, name, kind):
    frames = list(read_clip(film(tmp_path / name, kind), name, rate=15))
    assert len(frames) == 15
    times = np.array([one.seconds for one in frames])
    np.testing.assert_allclose(np.diff(times), 1 / 15, atol=0.002)
    for one in frames:
        level = LEVELS[round(one.seconds * 30)]
        # RGB: OpenCV wrote BGR.
        np.testing.assert_allclose(one.photo.image[60, 80], (250 - level, 10, level), atol=9)
    assert len({one.photo.digest for one in frames}) == len(frames)


def test_a_gif_is_a_film_too():
    pictures = [Image.new("RGB", (64, 48), (level, 0, 0)) for level in LEVELS[::3]]
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=100)
    frames = list(read_clip(file.getvalue(), "a.gif"))
    assert len(frames) == len(pictures)
    np.testing.assert_allclose([one.seconds for one in frames], np.arange(len(pictures)) / 10, atol=0.02)
    red = [int(one.photo.image[24, 32, 0]) for one in frames]
    np.testing.assert_allclose(red, LEVELS[::3], atol=6)


def test_long_and_large_films_are_cut(tmp_path):
    content = film(tmp_path / "a.mp4", "mp4v", size=(1280, 720))
    frames = list(read_clip(content, "a.mp4", rate=60, most_seconds=0.5))
    assert len(frames) in (15, 16) and frames[0].photo.image.shape == (360, LONGEST, 3)


@pytest.mark.parametrize("content", [b"", b"not a film", bytes(4000)])
def test_what_is_no_film_is_refused(content):
    with pytest.raises(ClipError) as raised:
        list(read_clip(content, "a.mp4"))
    assert raised.value.advice == "clip_unreadable"
