"""Files of every kind are told apart by their content, and find their companions."""

import json

import numpy as np
import portrait_files
import pytest
import scan_files as files

from facerecon.core.errors import FaceReconError, ScanError, SettingsError
from facerecon.core.types import Photo
from facerecon.inputs import InputFile, ReadingOptions, gather
from facerecon.scans import Scan, file_kind

POINTS = np.arange(300.0).reshape(100, 3)
TRIANGLES = np.arange(99).reshape(33, 3)


def _file(name, data, given_as=None):
    return InputFile(name, data, given_as=given_as)


@pytest.fixture(scope="module")
def depth_png(subject):
    return files.png(np.nan_to_num(subject.depth).round().astype(np.uint16))


@pytest.fixture(scope="module")
def photo_jpg(subject):
    return portrait_files.jpeg(np.ascontiguousarray(subject.photo.image[::2, ::2]))


def test_kinds(subject, depth_png, photo_jpg):
    small = np.ascontiguousarray(subject.photo.image[::4, ::4])
    known = {
        "scan": [
            files.ply(POINTS),
            files.obj(POINTS, TRIANGLES),
            files.stl(POINTS, TRIANGLES),
            files.pcd(POINTS),
            b"1 2 3\n4 5 6\n",
            b"x,y,z\n1,2,3\n",
        ],
        "depth": [depth_png, b"\x93NUMPY\x01\x00"],
        "photo": [
            photo_jpg,
            files.png(np.linspace(0, 65535, 2500).astype(np.uint16).reshape(50, 50)),
            files.png(np.zeros((9, 9, 3), np.uint8)),
            files.png(np.zeros((9, 9), np.uint8)),
        ],
        "photo_with_depth": [
            portrait_files.apple_jpeg(small, subject.depth, subject.camera),
            portrait_files.gdepth_jpeg(small, subject.depth),
            portrait_files.dynamic_depth_jpeg(small, subject.depth),
            portrait_files.apple_heic(small, subject.depth, subject.camera),
        ],
        "camera": [b'{"fx": 1, "cx": 2, "cy": 3}', b'{"camera": {"K": []}}', b'{"intrinsic_matrix": []}'],
        "material": [b"# made\nnewmtl skin\nmap_Kd a.png\n"],
        "unknown": [
            b"",
            b"hello",
            b"{}",
            b"[1, 2, 3]",
            b'{"a": 1}',
            b"PK\x03\x04" + bytes(50),
            bytes(99),
            b"\xff" * 50,
        ],
    }
    for kind, examples in known.items():
        assert [file_kind(data) for data in examples] == [kind] * len(examples)


def test_scans_bring_their_companions():
    uv = np.tile([0.5, 0.5], (100, 1))
    given = [
        _file("头.obj", files.obj(POINTS, TRIANGLES, uv=uv, material="头.mtl")),
        _file("头.mtl", "newmtl skin\nmap_Kd 皮.png\n".encode()),
        _file("皮.png", files.png(np.full((8, 8, 3), (9, 99, 199), np.uint8))),
    ]
    (scan,) = gather(given, ReadingOptions(units="cm"))
    assert (scan.name, scan.unit, scan.source, len(scan.digest)) == ("头.obj", "cm", "scan", 64)
    assert (scan.cloud.colours == (9, 99, 199)).all()


def test_depth_finds_photo_and_camera(subject, depth_png, photo_jpg):
    camera = {"fx": subject.camera.focal, "cx": subject.camera.centre[0], "cy": subject.camera.centre[1]}
    given = [_file("a.jpg", photo_jpg), _file("深.png", depth_png), _file("c.json", json.dumps(camera).encode())]
    (scan,) = gather(given)
    assert isinstance(scan, Scan) and scan.unit == "mm" and scan.source == "depth" and not scan.notes
    assert scan.photo.name == "a.jpg" and scan.camera.width == scan.photo.image.shape[1]
    assert np.isclose(scan.camera.focal / scan.camera.width, subject.camera.focal / subject.camera.width)
    (alone,) = gather([_file("d.png", depth_png)], ReadingOptions(focal=200))
    assert alone.photo is None and alone.cloud.colours is None
    with pytest.raises(SettingsError, match="2 depth maps and 1 photos"):
        gather([_file("a.png", depth_png), _file("b.png", depth_png), _file("c.jpg", photo_jpg)])
    with pytest.raises(ScanError, match="8 bits"):
        gather([_file("a.png", files.png(np.zeros((40, 40), np.uint8)), "depth")])


def test_depth_inside_photos_is_used_when_asked_for(subject, photo_jpg):
    small = np.ascontiguousarray(subject.photo.image[::4, ::4])
    portrait = _file("p.jpg", portrait_files.apple_jpeg(small, subject.depth, subject.camera, "relative"))
    assert isinstance(gather([portrait])[0], Photo)
    (scan,) = gather([portrait], ReadingOptions(embedded_depth=True))
    assert scan.source == "model_average" and "relative_depth" in scan.notes and scan.photo.name == "p.jpg"
    with pytest.raises(ScanError, match="holds no depth"):
        gather([_file("q.jpg", photo_jpg)], ReadingOptions(embedded_depth=True))


def test_what_cannot_be_read_or_mixed(photo_jpg, tmp_path):
    with pytest.raises(SettingsError, match="mixed"):
        gather([_file("a.ply", files.ply(POINTS)), _file("b.jpg", photo_jpg)])
    for name, sentence in (("a.ply", "not a scan"), ("a.bin", "not a photo"), ("扫描.stl", "not a scan")):
        with pytest.raises(FaceReconError, match=sentence):
            gather([_file(name, b"\x00\x01nothing" * 9)])
    with pytest.raises(FaceReconError, match="There is no file"):
        InputFile.at(tmp_path / "nothing.ply")
    (tmp_path / "扫描.xyz").write_bytes(b"1 2 3\n4 5 6\n")
    assert len(gather([InputFile.at(tmp_path / "扫描.xyz")])[0].cloud) == 2
    assert gather([]) == []
