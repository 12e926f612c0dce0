import hashlib
import io
import math
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facerecon.core import photos
from facerecon.core.errors import PhotoError
from facerecon.core.photos import MAX_PIXELS, read_photo

sys.path.insert(0, str(Path(__file__).parent))
from icc_profile import SRGB, icc_profile  # noqa: E402

HEIGHT, WIDTH = 48, 64


@pytest.fixture(scope="module")
def picture():
    """A smooth picture `(48, 64, 3)` without symmetry, so that lossy formats keep it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([60 + 2 * x, 40 + 3 * y, 200 - x - y], axis=-1).astype(np.uint8)


def file(image, kind, **options):
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def close(a, b, tolerance):
    assert a.shape == b.shape
    assert np.abs(a.astype(int) - b.astype(int)).mean() <= tolerance


def exif(orientation=None, focal=None, size=None, distance=None):
    tags = Image.Exif()
    if orientation:
        tags[0x0112] = orientation
    if focal:
        tags.get_ifd(0x8769)[0xA405] = focal
    if distance is not None:
        tags.get_ifd(0x8769)[0x9206] = distance
    if size:
        tags.get_ifd(0x8769).update({0xA002: size[0], 0xA003: size[1]})
    return tags


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 3),
        ("JPEG", {"quality": 95}, 3),
        ("AVIF", {"quality": 95}, 3),
        ("HEIF", {"quality": 95}, 3),
    ],
)
def test_formats(picture, kind, options, tolerance):
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    data = file(picture, kind, **options)
    photo = read_photo(data, "face")
    close(photo.image, picture, tolerance)
    assert photo.image.dtype == np.uint8 and not photo.image.flags.writeable
    assert photo.name == "face" and photo.focal_px is None
    assert photo.digest == hashlib.sha256(data).hexdigest()


def test_heic_needs_no_registration_by_others(picture):
    import subprocess

    import pillow_heif

    pillow_heif.register_heif_opener()
    code = "import sys; from facerecon.core.photos import read_photo; read_photo(sys.stdin.buffer)"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], input=file(picture, "HEIF"), cwd=root, check=True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(picture, kind, orientation):
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation](picture)
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}.get(kind, {})
    data = file(np.ascontiguousarray(stored), kind, exif=exif(orientation), **lossless)
    close(read_photo(data).image, picture, 3 if kind == "JPEG" else 0)


def test_heic_orientation_is_applied_once(picture):
    import pillow_heif

    pillow_heif.register_heif_opener()
    data = file(np.ascontiguousarray(np.rot90(picture)), "HEIF", quality=95, exif=exif(6).tobytes())
    close(read_photo(data).image, picture, 3)


@pytest.mark.parametrize("orientation", [1, 6])
def test_focal_length_from_the_35_mm_equivalent(picture, orientation):
    size = (WIDTH, HEIGHT) if orientation == 1 else (HEIGHT, WIDTH)
    stored = np.zeros((*size[::-1], 3), np.uint8)
    photo = read_photo(file(stored, "JPEG", exif=exif(orientation, 50, size)))
    # By the angle of view: half the diagonal over the focal length is the same on film and in pixels.
    film_angle = math.atan(math.hypot(36, 24) / 2 / 50)
    assert math.atan(math.hypot(WIDTH, HEIGHT) / 2 / photo.focal_px) == pytest.approx(film_angle, rel=1e-9)


@pytest.mark.parametrize(("metres", "found"), [(0.62, 620.0), (0, None), (4294967295, None), (100, None), (None, None)])
def test_distance_to_the_subject(picture, metres, found):
    distance = read_photo(file(picture, "JPEG", exif=exif(distance=metres))).distance_mm
    assert distance is None if found is None else distance == pytest.approx(found)


@pytest.mark.parametrize("focal", [None, 0, 1, 60000])
def test_absurd_focal_length_is_unknown(picture, focal):
    assert read_photo(file(picture, "JPEG", exif=exif(focal=focal))).focal_px is None


def test_cropped_photo_has_no_known_focal_length(picture):
    tags = exif(focal=50, size=(WIDTH, WIDTH))
    assert read_photo(file(picture, "JPEG", exif=tags)).focal_px is None
    smaller = exif(focal=50, size=(WIDTH * 10, HEIGHT * 10))  # only scaled down
    assert read_photo(file(picture, "JPEG", exif=smaller)).focal_px > 0


def test_damaged_exif_does_not_matter(picture):
    data = file(picture, "JPEG", exif=exif(6, 50))
    place = data.index(b"Exif\0\0") + 6
    broken = data[:place] + b"MM\0*\xff\xff\xff\xff" + data[place + 8 :]
    assert read_photo(broken).focal_px is None


def test_grey_palette_bilevel_and_alpha(picture):
    grey = Image.fromarray(picture).convert("L")
    expected = np.repeat(np.asarray(grey)[..., None], 3, axis=2)
    assert (read_photo(file(grey, "PNG")).image == expected).all()
    palette = Image.fromarray(picture).quantize(256)
    close(read_photo(file(palette, "PNG")).image, picture, 8)
    bilevel = read_photo(file(grey.point(lambda v: 255 * (v > 120), "1"), "PNG")).image
    assert set(np.unique(bilevel)) == {0, 255}
    alpha = np.linspace(0, 255, WIDTH).round().astype(np.uint8)[None].repeat(HEIGHT, 0)
    over_white = picture * (alpha[..., None] / 255) + 255 * (1 - alpha[..., None] / 255)
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        close(read_photo(file(np.dstack([picture, alpha]), kind, **options)).image, over_white.round(), 1)
    grey_alpha = Image.merge("LA", [grey, Image.fromarray(alpha)])
    assert (read_photo(file(grey_alpha, "PNG")).image[:, 0] == 255).all()


def test_transparent_colours_of_palette_and_rgb(picture):
    palette = Image.fromarray(np.tile(np.arange(2, dtype=np.uint8), (HEIGHT, WIDTH // 2)), "P")
    palette.putpalette([255, 0, 0, 0, 0, 255])
    image = read_photo(file(palette, "PNG", transparency=0)).image
    assert (image[:, 0::2] == 255).all() and (image[:, 1::2] == [0, 0, 255]).all()
    rgb = read_photo(file(picture, "PNG", transparency=tuple(picture[3, 5].tolist()))).image
    assert (rgb[3, 5] == 255).all() and (rgb[3, 6] == picture[3, 6]).all()


def test_cmyk(picture):
    cmyk = Image.fromarray(picture).convert("CMYK")
    close(read_photo(file(cmyk, "JPEG", quality=95)).image, picture, 4)
    assert (read_photo(file(cmyk, "TIFF")).image == np.asarray(cmyk.convert("RGB"))).all()


def test_deep_grey_keeps_its_range():
    ramp = np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    expected = np.repeat((ramp * 255).round()[..., None], 3, axis=2)
    for kind, deep in [
        ("PNG", (ramp * 65535).round().astype(np.uint16)),
        ("TIFF", (ramp * 65535).round().astype(np.uint16)),
        ("TIFF", (ramp * 65535).round().astype(np.int32)),
        ("TIFF", ramp.astype(np.float32)),
        ("TIFF", (ramp * 255).astype(np.float32)),
    ]:
        close(read_photo(file(deep, kind)).image, expected, 0.01)
    holes = ramp.astype(np.float32)
    holes[0, :3] = np.nan, np.inf, -1
    assert (read_photo(file(holes, "TIFF")).image[0, :3] == 0).all()


def test_sixteen_bit_colour():
    import cv2
    import tifffile

    deep = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
    png = cv2.imencode(".png", deep[..., ::-1])[1].tobytes()
    stream = io.BytesIO()
    tifffile.imwrite(stream, deep, photometric="rgb")
    for data in (png, stream.getvalue()):
        assert np.abs(read_photo(data).image - deep / 257).max() <= 1


def test_colour_profile_is_applied(picture):
    swapped = icc_profile(SRGB[[2, 1, 0]], 2.2)  # this profile's first channel is blue
    image = read_photo(file(picture[..., ::-1], "PNG", icc_profile=swapped)).image
    close(image, picture, 5)
    with_own = read_photo(file(picture, "PNG", icc_profile=icc_profile(SRGB, 1.0))).image
    linear = picture / 255.0
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    close(with_own, encoded.round(), 1.5)


def test_useless_colour_profile_is_ignored(picture):
    assert (read_photo(file(picture, "PNG", icc_profile=b"no profile")).image == picture).all()
    gray = file(Image.fromarray(picture).convert("L"), "PNG", icc_profile=icc_profile(SRGB, 1.0))
    assert read_photo(gray).image.shape == picture.shape


@pytest.mark.parametrize(
    "name", ["photo.jpg", "写真 (1).jpg", "фото.JPG", "a" * 200 + ".jpg", "no extension", "😀.png"]
)
def test_names_in_any_script(picture, tmp_path, name):
    path = tmp_path / "папка フォルダ" / name
    path.parent.mkdir()
    path.write_bytes(file(picture, "JPEG"))
    for source in (path, str(path), path.open("rb")):
        assert read_photo(source).name == name
    assert read_photo(path, "other").name == "other"


def png_header(width, height):
    """A PNG of a stated size whose pixels are missing: only its header can be read."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


REFUSED = {
    "empty": (lambda p: b"", "photo_empty"),
    "text": (lambda p: b"Dear diary, " * 100, "photo_not_an_image"),
    "html": (lambda p: b"<!DOCTYPE html><html></html>", "photo_not_an_image"),
    "gif": (lambda p: file(p, "GIF"), "photo_not_an_image"),
    "pdf": (lambda p: file(p, "PDF"), "photo_not_an_image"),
    "truncated JPEG": (lambda p: file(p, "JPEG", quality=95)[:-60], "photo_damaged"),
    "truncated PNG": (lambda p: file(p, "PNG")[:-100], "photo_damaged"),
    "truncated header": (lambda p: file(p, "JPEG")[:20], "photo_not_an_image"),
    "1x1": (lambda p: file(p[:1, :1], "PNG"), "photo_too_small"),
    "31 px high": (lambda p: file(p[:31], "PNG"), "photo_too_small"),
    "20,000 px square": (lambda p: png_header(20_000, 20_000), "photo_too_large"),
    "just too large": (lambda p: png_header(8001, 8000), "photo_too_large"),
    "bomb": (lambda p: png_header(60_000, 60_000), "photo_too_large"),
    "2 billion px wide": (lambda p: png_header(2**31 - 1, 2**31 - 1), "photo_too_large"),
    "zeros": (lambda p: bytes(10_000), "photo_not_an_image"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_sentence(picture, case, recwarn):
    make, advice = REFUSED[case]
    with pytest.raises(PhotoError) as caught:
        read_photo(make(picture), "x.jpg")
    assert caught.value.advice == advice and caught.value.exit_status == 2
    assert caught.value.values["name"] == "x.jpg"
    message = str(caught.value)
    assert message.startswith("x.jpg") and message.endswith(".") and "\n" not in message
    assert not recwarn.list


def test_limit_is_inclusive_and_wide_photos_pass():
    assert MAX_PIXELS == 8000 * 8000
    with pytest.raises(PhotoError) as caught:
        read_photo(png_header(8000, 8000), "x")
    assert caught.value.advice == "photo_damaged"  # accepted by its size; its pixels are missing
    assert read_photo(file(Image.new("L", (20_000, 32)), "PNG")).image.shape == (32, 20_000, 3)


def test_paths_that_are_no_readable_files(tmp_path, monkeypatch, picture):
    for path, advice in ((tmp_path, "photo_not_a_file"), (tmp_path / "absent.jpg", "photo_missing")):
        with pytest.raises(PhotoError) as caught:
            read_photo(path)
        assert caught.value.advice == advice
    with pytest.raises(PhotoError):
        read_photo("a\0b")
    (tmp_path / "large.png").write_bytes(file(picture, "PNG"))
    monkeypatch.setattr(photos, "MAX_BYTES", 100)
    with pytest.raises(PhotoError) as caught:
        read_photo(tmp_path / "large.png")
    assert caught.value.advice == "photo_file_too_large"


def test_no_spoilt_file_escapes(picture):
    """Random damage to files of every format gives a photo or a PhotoError, nothing else."""
    rng = np.random.default_rng(3)
    outcomes = {"photo": 0, "refused": 0}
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF"):
        whole = file(picture, kind)
        for _ in range(60):
            data = bytearray(whole[: rng.integers(1, len(whole) + 1)] if rng.random() < 0.3 else whole)
            places = rng.integers(0, min(len(data), int(rng.choice([40, 300, len(data)]))), rng.integers(0, 12))
            for place in places:
                data[place] = rng.integers(256)
            try:
                read_photo(bytes(data))
                outcomes["photo"] += 1
            except PhotoError:
                outcomes["refused"] += 1
    assert min(outcomes.values()) > 50
