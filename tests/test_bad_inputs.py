"""Files that people feed to such programs, and what each must lead to: status, one line, nothing written."""

import io
import struct
import zlib

import numpy as np
import pytest
import skimage.data
from PIL import Image

from facerecon.cli import main

REFUSED, NO_FACE, FINE = 2, 3, 0


@pytest.fixture(scope="module")
def face():
    return Image.fromarray(skimage.data.astronaut()).crop((100, 0, 400, 300))


def encoded(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def heic(image):
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(image, "HEIF", quality=90)


def rotated(image):
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


def sixteen_bit(image):
    grey = np.asarray(image.convert("L"), dtype=np.uint16) * 257
    return encoded(Image.fromarray(grey), "PNG")


def palette_with_alpha(image):
    palette = image.quantize(255)
    alpha = bytes([255] * 254 + [0])
    return encoded(palette, "PNG", transparency=alpha)


def with_alpha(image):
    transparent = image.convert("RGBA")
    transparent.putalpha(Image.new("L", image.size, 250))
    return encoded(transparent, "WEBP", lossless=True)


TABLE = {
    "0 bytes": ("a.jpg", lambda face: b"", REFUSED, "empty"),
    "text renamed": ("notes.jpg", lambda face: b"Buy milk.\n" * 50, REFUSED, "not a photo"),
    "web page": ("a.jpg", lambda face: b"<!DOCTYPE html><html>404</html>", REFUSED, "not a photo"),
    "truncated JPEG": ("a.jpg", lambda face: encoded(face, "JPEG")[:-500], REFUSED, "cut off"),
    "truncated PNG": ("a.png", lambda face: encoded(face, "PNG")[:-500], REFUSED, "cut off"),
    "1x1": ("a.png", lambda face: encoded(face.resize((1, 1)), "PNG"), REFUSED, "1x1"),
    "20,000 px square": ("a.png", lambda face: png_header(20_000, 20_000), REFUSED, "pixels"),
    "bomb": ("a.png", lambda face: png_header(60_000, 60_000), REFUSED, "pixels"),
    "GIF": ("a.gif", lambda face: encoded(face, "GIF"), REFUSED, "not a photo"),
    "20,000 px wide": ("a.png", lambda face: encoded(Image.new("RGB", (20_000, 40)), "PNG"), NO_FACE, "No face"),
    "no face": ("a.jpg", lambda face: encoded(Image.fromarray(skimage.data.coffee()), "JPEG"), NO_FACE, "No face"),
    "black": ("a.png", lambda face: encoded(Image.new("RGB", (300, 300)), "PNG"), NO_FACE, "No face"),
    "CMYK": ("a.jpg", lambda face: encoded(face.convert("CMYK"), "JPEG"), FINE, ""),
    "grey": ("a.jpg", lambda face: encoded(face.convert("L"), "JPEG"), FINE, ""),
    "16 bit": ("a.png", sixteen_bit, FINE, ""),
    "HEIC": ("a.heic", heic, FINE, ""),
    "HEIC renamed": ("a.jpg", heic, FINE, ""),
    "turned by EXIF": ("a.jpg", rotated, FINE, ""),
    "palette with alpha": ("a.png", palette_with_alpha, FINE, ""),
    "alpha": ("a.webp", with_alpha, FINE, ""),
    "Chinese name": ("照片 一.jpg", lambda face: encoded(face, "JPEG"), FINE, ""),
    "TIFF": ("a.tif", lambda face: encoded(face, "TIFF", compression="tiff_lzw"), FINE, ""),
    "BMP": ("a.bmp", lambda face: encoded(face, "BMP"), FINE, ""),
}


def one_line(capfd):
    captured = capfd.readouterr()
    assert captured.err.startswith("facerecon: ") and captured.err.endswith("\n")
    assert captured.err.count("\n") == 1 and "Traceback" not in captured.err
    return captured.err


@pytest.mark.parametrize("case", TABLE)
def test_detect(case, face, tmp_path, capfd):
    name, make, status, words = TABLE[case]
    (tmp_path / name).write_bytes(make(face))
    assert main(["detect", str(tmp_path / name)]) == status
    if status == FINE:
        captured = capfd.readouterr()
        assert captured.err == "" and '"scores"' in captured.out
    else:
        assert words in one_line(capfd)


@pytest.mark.parametrize("case", [case for case in TABLE if TABLE[case][2] != FINE])
def test_reconstruct_leaves_nothing_behind(case, face, tmp_path, capfd):
    name, make, status, words = TABLE[case]
    (tmp_path / name).write_bytes(make(face))
    out = tmp_path / "deep" / "out"
    assert main(["reconstruct", str(tmp_path / name), "--out", str(out)]) == status
    assert words in one_line(capfd)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("command", ["detect", "reconstruct"])
def test_paths_that_are_no_file(command, tmp_path, capfd):
    rest = ["--out", str(tmp_path / "out")] if command == "reconstruct" else []
    assert main([command, str(tmp_path / "absent.jpg"), *rest]) == REFUSED
    assert "There is no file" in one_line(capfd)
    assert main([command, str(tmp_path), *rest]) == REFUSED
    assert "is not a file" in one_line(capfd)
    assert not list(tmp_path.iterdir())


def test_second_photo_is_checked_before_any_work(face, tmp_path, capfd):
    (tmp_path / "good.jpg").write_bytes(encoded(face, "JPEG"))
    (tmp_path / "bad.jpg").write_bytes(b"")
    words = ["reconstruct", str(tmp_path / "good.jpg"), str(tmp_path / "bad.jpg"), "--out", str(tmp_path / "out")]
    assert main(words) == REFUSED
    assert "bad.jpg is empty" in one_line(capfd) and not (tmp_path / "out").exists()


WRONG_WORDS = {
    "nothing": [],
    "unknown command": ["frobnicate"],
    "no photo": ["detect"],
    "no folder": ["reconstruct", "PHOTO"],
    "unknown option": ["detect", "PHOTO", "--colour"],
    "unknown detector": ["detect", "PHOTO", "--detector", "nothing"],
    "unknown landmarker": ["reconstruct", "PHOTO", "--out", "OUT", "--landmarker", "nothing"],
    "unknown head": ["reconstruct", "PHOTO", "--out", "OUT", "--head", "nothing"],
    "unknown device": ["reconstruct", "PHOTO", "--out", "OUT", "--device", "toaster"],
    "size that is no number": ["reconstruct", "PHOTO", "--out", "OUT", "--texture-size", "big"],
    "size that is not offered": ["reconstruct", "PHOTO", "--out", "OUT", "--texture-size", "7"],
    "out is a file": ["reconstruct", "PHOTO", "--out", "PHOTO"],
    "out lies in a file": ["reconstruct", "PHOTO", "--out", "PHOTO/out"],
    "absent landmarks": ["reconstruct", "PHOTO", "--out", "OUT", "--landmarks", "OUT.json"],
    "landmarks that are no JSON": ["reconstruct", "PHOTO", "--out", "OUT", "--landmarks", "PHOTO"],
    "unknown asset": ["assets", "get", "nothing"],
    "unknown action": ["assets", "burn"],
}


@pytest.mark.parametrize("case", WRONG_WORDS)
def test_wrong_use(case, face, tmp_path, capfd):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(face, "JPEG"))
    words = [w.replace("PHOTO", str(photo)).replace("OUT", str(tmp_path / "out")) for w in WRONG_WORDS[case]]
    status = main(words)
    assert status == 2
    one_line(capfd)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize(
    "content",
    ['{"other.jpg": []}', '{"photo.jpg": [[1, 2, 3]]}', '{"photo.jpg": [[1, 2]]}', "[]", "3", '{"7": []}', "{"]
    + ['{"photo.jpg": "x"}', '{"photo.jpg": [[NaN, 2]]}'],
)
def test_landmarks_that_do_not_fit(content, face, tmp_path, capfd):
    (tmp_path / "photo.jpg").write_bytes(encoded(face, "JPEG"))
    (tmp_path / "l.json").write_text(content)
    words = ["reconstruct", str(tmp_path / "photo.jpg"), "--out", str(tmp_path / "out")]
    assert main([*words, "--landmarks", str(tmp_path / "l.json")]) == REFUSED
    one_line(capfd)
    assert not (tmp_path / "out").exists()
