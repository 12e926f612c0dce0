"""Films are written and read back by others: Pillow and OpenCV's reader."""

import io

import numpy as np
import pytest
from PIL import Image

from facerecon.core.clips import read_clip
from facerecon.core.errors import SettingsError
from facerecon.export import film
from facerecon.export.film import film_bytes, gif_bytes

FRAMES = [np.full((48, 64, 3), (20 + 18 * i, 120, 230 - 18 * i), np.uint8) for i in range(12)]


def test_a_gif_comes_back(tmp_path):
    image = Image.open(io.BytesIO(gif_bytes(FRAMES, 16)))
    assert image.n_frames == 12 and image.info["loop"] == 0
    for i, wanted in enumerate(FRAMES):
        image.seek(i)
        assert image.info["duration"] == 60
        np.testing.assert_allclose(np.asarray(image.convert("RGB"))[20, 30], wanted[20, 30], atol=8)


@pytest.mark.parametrize(("kind", "first"), [("mp4", b"ftyp"), ("webm", b"\x1a\x45\xdf\xa3")])
def test_a_film_comes_back(kind, first):
    content, codec = film_bytes(FRAMES, 16, kind)
    assert first in content[:8] and codec in film.CODECS[kind].values()
    frames = list(read_clip(content, f"a.{kind}", rate=60))
    assert len(frames) == 12
    np.testing.assert_allclose([one.seconds for one in frames], np.arange(12) / 16, atol=0.002)
    for one, wanted in zip(frames, FRAMES, strict=True):
        np.testing.assert_allclose(one.photo.image[24, 32], wanted[24, 32], atol=9)


def test_without_any_coder_it_says_so(monkeypatch):
    monkeypatch.setattr(film, "CODECS", {"mp4": {"none": "none"}})
    with pytest.raises(SettingsError):
        film_bytes(FRAMES, 16)


def test_pictures_must_be_alike():
    with pytest.raises(ValueError):
        gif_bytes([], 16)
    with pytest.raises(ValueError):
        film_bytes([FRAMES[0], FRAMES[0][:-2]], 16)
