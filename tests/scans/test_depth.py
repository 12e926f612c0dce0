"""A rendered depth map gives back the true surface; whatever file and unit it comes in."""

import io
import json

import numpy as np
import OpenEXR
import pytest
import scan_files as files
from PIL import Image

from facerecon.core.errors import ScanError, SettingsError
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.transforms import apply, invert
from facerecon.scans import depth_cloud, read_depth
from facerecon.scans.depth_map import DepthMap, noise_of, without_flying_pixels
from facerecon.scans.intrinsics import read_intrinsics
from facerecon.scans.kinds import file_kind


def _to_surface(subject, points):
    surface = Surface(subject.vertices, subject.triangles)
    return surface.nearest(apply(invert(subject.camera_from_head), points))


def test_the_cloud_lies_on_the_true_surface(subject):
    cloud = depth_cloud(DepthMap(subject.depth, subject.camera, subject.photo))
    away, triangle, _ = _to_surface(subject, cloud.points)
    assert len(cloud) > 5000 and away.max() < 0.1
    true = triangle_normals(subject.vertices, subject.triangles)[triangle] @ subject.camera_from_head[:3, :3].T
    assert np.median(np.einsum("nk,nk->n", true, cloud.normals)) > 0.995
    facing = triangle_normals(cloud.points, cloud.triangles)
    assert (np.einsum("nk,nk->n", facing, cloud.points[cloud.triangles[:, 0]]) < 0).all()


def test_noise_is_measured_and_averaged(subject, rng):
    assert noise_of(subject.depth) < 0.1 and noise_of(np.full((20, 20), np.nan)) == 0
    noisy = subject.depth + rng.normal(size=subject.depth.shape)
    assert np.isclose(noise_of(noisy), 1.0, atol=0.1)
    cloud = depth_cloud(DepthMap(noisy, subject.camera))
    away, *_ = _to_surface(subject, cloud.points)
    assert np.median(away) < 0.3  # noise of 1 mm strays 0.6 mm, half of it farther


def test_colours_come_from_the_photo(subject):
    cloud = depth_cloud(DepthMap(subject.depth, subject.camera, subject.photo))
    camera = DepthMap(subject.depth, subject.camera, subject.photo).photo_camera
    at = np.rint(cloud.points[:, :2] * camera.focal / cloud.points[:, 2:] + camera.centre).astype(int)
    shown = subject.photo.image[at[:, 1], at[:, 0]]
    assert np.median(np.abs(shown.astype(int) - cloud.colours)) <= 2


def test_flying_pixels_are_removed(subject):
    depth = np.where(np.isfinite(subject.depth), subject.depth, 1500.0)
    known = np.isfinite(subject.depth)
    border = known & ~np.roll(known, 1, axis=1)
    depth[border] = 1000.0  # half before, half behind
    kept = without_flying_pixels(depth, subject.camera.focal)
    assert np.isnan(kept[border]).all()
    assert np.isfinite(kept[known]).mean() > 0.9
    noisy = np.full((50, 50), 600.0) + np.random.default_rng(0).normal(size=(50, 50))
    assert np.isfinite(without_flying_pixels(noisy, 500.0)).all()


def _npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def _npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _tiff(values):
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "TIFF")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("write", "units"),
    [
        (lambda d: files.png(np.nan_to_num(d).round().astype(np.uint16)), None),
        (lambda d: files.png((np.nan_to_num(d) * 5).round().astype(np.uint16)), "0.2"),
        (lambda d: _tiff((d / 1000).astype(np.float32)), None),
        (lambda d: _npy(d), None),
        (lambda d: _npy((d / 1000).astype(np.float32)), None),
        (lambda d: _npy(d[..., None] / 10), "cm"),
        (lambda d: _npz(rgb=np.zeros((4, 4, 3)), depth=d / 1000), None),
    ],
    ids=["png", "png 0.2 mm", "tiff", "npy mm", "npy m", "npy cm", "npz"],
)
def test_files_and_units(subject, write, units, tmp_path):
    path = tmp_path / "深度.bin"
    path.write_bytes(write(subject.depth))
    found = read_depth(path, focal=subject.camera.focal, units=units)
    assert np.array_equal(np.isfinite(found.depth), np.isfinite(subject.depth))
    assert np.nanmax(np.abs(found.depth - subject.depth)) < 0.51
    assert found.metric and not found.notes and found.camera.focal == subject.camera.focal


@pytest.mark.parametrize("channel", ["Z", "depth.Z", "RGB"])
def test_exr_of_a_renderer(subject, tmp_path, channel):
    metres = np.where(np.isfinite(subject.depth), subject.depth / 1000, 1e10).astype(np.float32)
    pixels = np.dstack([metres] * 3) if channel == "RGB" else metres
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {channel: pixels}).write(str(tmp_path / "深度.exr"))
    data = (tmp_path / "深度.exr").read_bytes()
    assert file_kind(data) == "depth"
    found = read_depth(tmp_path / "深度.exr", focal=500)
    assert (np.isfinite(found.depth) == np.isfinite(subject.depth)).all()
    assert np.nanmax(np.abs(found.depth - subject.depth)) < 0.01
    with pytest.raises(ScanError, match=r"^d\.exr "):
        read_depth(data[: len(data) // 2], "d.exr")


def test_where_the_camera_comes_from(subject):
    data = _npy(subject.depth)
    height, width = subject.depth.shape
    guessed = read_depth(data)
    assert guessed.notes == ("focal_guessed",) and 0.7 * width < guessed.camera.focal < 1.2 * width
    for given in (
        {"fx": 500, "fy": 502, "cx": 121, "cy": 119},
        {"K": [[501, 0, 121], [0, 501, 119], [0, 0, 1]]},
        {"width": width, "height": height, "intrinsic_matrix": [501, 0, 0, 0, 501, 0, 121, 119, 1]},
        {"focal": 1002, "centre": [242.5, 238.5], "width": 2 * width, "height": 2 * height},
        {"camera": {"intrinsics": {"fx": 501, "cx": 121, "cy": 119}}},
    ):
        camera = read_depth(data, intrinsics=read_intrinsics(json.dumps(given).encode())).camera
        assert np.allclose([camera.focal, *camera.centre], [501, 121, 119])
    for wrong in (b"", b"[]", b'{"fx": "a", "cx": 1, "cy": 1}', b'{"K": [1, 2]}', b'{"focal": 3}', b"\xff\xfe"):
        with pytest.raises(ScanError, match="does not describe a camera"):
            read_intrinsics(wrong)
    for focal in (-5.0, 1e9, float("nan")):
        with pytest.raises(ScanError, match="does not fit"):
            read_depth(data, focal=focal)
    with pytest.raises(ScanError, match="another shape"):
        read_depth(data, intrinsics={"focal": 500, "x": 10, "y": 10, "width": 640, "height": 100})


BAD = {
    "empty picture": files.png(np.zeros((40, 40), np.uint16)),
    "8 bit": files.png(np.full((40, 40), 9, np.uint8)),
    "colour": files.png(np.full((40, 40, 3), 9, np.uint8)),
    "garbage": b"\x00garbage" * 100,
    "exr": b"v/1\x01" + bytes(100),
    "cut png": files.png(np.arange(10000, dtype=np.uint16).reshape(100, 100))[:200],
    "cut npy": _npy(np.ones((100, 100)))[:300],
    "objects": _npy(np.array([{"a": 1}] * 300, dtype=object).reshape(20, 15)),
    "words": _npy(np.full((20, 20), "a")),
    "colours": _npy(np.ones((100, 100, 3))),
    "nan": _npy(np.full((100, 100), np.nan)),
    "promises": _npy(np.ones((20, 20))).replace(b"(20, 20)", b"(20, 9999999)"),
    "two arrays": _npz(a=np.ones((20, 20)), b=np.ones((20, 20))),
    "zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_depth_map(what):
    with pytest.raises(ScanError, match=r"^d\.png ") as caught:
        read_depth(BAD[what], "d.png")
    assert "\n" not in str(caught.value)


def test_pairs_and_units_that_do_not_fit(subject, make_photo):
    with pytest.raises(ScanError, match="no pair"):
        read_depth(_npy(subject.depth), photo=make_photo(np.zeros((100, 300, 3), np.uint8)))
    with pytest.raises(SettingsError, match="no unit"):
        read_depth(_npy(subject.depth), units="parsec")
