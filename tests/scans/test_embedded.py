"""Depth inside portrait photos, laid out as phones lay it out, comes back in millimetres."""

from dataclasses import replace

import numpy as np
import portrait_files as files
import pytest

from facerecon.core.photos import read_photo
from facerecon.scans import embedded_depth


def _error(found, subject, depth=None):
    """Gives the largest difference in mm, where depth is known."""
    return np.nanmax(np.abs(found.depth - (subject.depth if depth is None else depth)))


def _read(data):
    return embedded_depth(data, read_photo(data, "人像.jpg"))


@pytest.mark.parametrize("write", [files.apple_jpeg, files.apple_heic])
def test_apples_disparity(subject, write):
    image = np.ascontiguousarray(subject.photo.image[::4, ::4])
    found = _read(write(image, subject.depth, subject.camera))
    # 256 steps of disparity, and what JPEG or HEVC change of them.
    assert _error(found, subject) < 15
    assert np.nanmedian(np.abs(found.depth - subject.depth)) < 3
    assert np.isclose(found.camera.focal, subject.camera.focal) and np.allclose(
        found.camera.centre, subject.camera.centre, atol=0.01
    )
    assert found.metric and not found.notes
    relative = _read(write(image, subject.depth, subject.camera, "relative"))
    assert not relative.metric and relative.notes == ("relative_depth",)


def test_depth_is_turned_as_the_photo_is(subject):
    stored = np.ascontiguousarray(np.rot90(subject.photo.image))  # turned left: EXIF 6 turns it right again
    data = files.apple_jpeg(stored, np.rot90(subject.depth), subject.camera, orientation=6)
    found = _read(data)
    assert np.array_equal(found.photo.image.shape, subject.photo.image.shape)
    assert np.nanmedian(np.abs(found.depth - subject.depth)) < 3


@pytest.mark.parametrize(("units", "metric"), [("m", True), ("mm", True), (None, False)])
def test_googles_gdepth(subject, units, metric):
    found = _read(files.gdepth_jpeg(subject.photo.image, subject.depth, units))
    assert _error(found, subject) < 3 and found.metric == metric
    assert ("relative_depth" in found.notes) != metric


def test_dynamic_depth(subject):
    assert _error(_read(files.dynamic_depth_jpeg(subject.photo.image, subject.depth)), subject) < 1


def test_photos_without_depth_or_with_a_damaged_one(subject):
    assert _read(files.jpeg(subject.photo.image)) is None
    whole = files.apple_jpeg(subject.photo.image, subject.depth, subject.camera)
    for share in (0.995, 0.9995):
        cut = whole[: int(len(whole) * share)]
        found = _read(cut)
        assert found is None or _error(found, subject) < 1e9
    strange = files.gdepth_jpeg(subject.photo.image, subject.depth[:, :100])
    assert embedded_depth(strange, replace(subject.photo)) is None
    nonsense = whole.replace(b"<apdi:FloatMaxValue>", b"<apdi:FloatMaxValue>a")
    assert _read(nonsense) is None
