"""Every format gives back what was written; what is no scan is refused with one clear sentence."""

import numpy as np
import pytest
import scan_files as files

from facerecon.core.errors import ScanError
from facerecon.scans import read_scan
from facerecon.scans.pcd import unpack_lzf

TRIANGLES = np.array([[0, 1, 2], [0, 2, 3], [1, 4, 2], [4, 5, 2]])


@pytest.fixture
def truth(rng):
    points = rng.normal(size=(6, 3)).astype(np.float32).astype(np.float64) * 64
    normals = rng.normal(size=(6, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return points, rng.integers(0, 256, (6, 3)).astype(np.uint8), normals


@pytest.mark.parametrize("storage", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_ply_surfaces(truth, storage, tmp_path):
    points, colours, _ = truth
    path = tmp_path / "头部扫描.ply"
    path.write_bytes(files.ply(points, colours, triangles=TRIANGLES, storage=storage))
    cloud = read_scan(path)
    assert np.array_equal(cloud.points, points)
    assert np.array_equal(cloud.triangles, TRIANGLES)
    assert np.array_equal(cloud.colours, colours)


@pytest.mark.parametrize("storage", ["ascii", "binary_little_endian"])
def test_ply_points(truth, storage):
    points, colours, normals = truth
    cloud = read_scan(files.ply(points, colours, normals, storage=storage))
    assert np.array_equal(cloud.points, points) and np.array_equal(cloud.colours, colours)
    assert np.allclose(cloud.normals, normals, atol=1e-6)
    assert cloud.triangles is None


def test_obj_with_colours(truth):
    points, colours, _ = truth
    cloud = read_scan(files.obj(points, TRIANGLES, colours))
    assert np.array_equal(cloud.points, points) and np.array_equal(cloud.triangles, TRIANGLES)
    assert np.array_equal(cloud.colours, colours)
    bare = read_scan(files.obj(points))
    assert np.array_equal(bare.points, points) and bare.triangles is None and bare.colours is None


def test_a_texture_beside_an_obj_becomes_colours(truth, tmp_path):
    points, _, _ = truth
    columns, rows = np.array([0, 1, 2, 3, 0, 1]), np.array([0, 0, 1, 1, 2, 2])
    image = np.arange(36, dtype=np.uint8).reshape(3, 4, 3) * 7
    uv = np.column_stack([(columns + 0.5) / 4, 1 - (rows + 0.5) / 3])
    folder = tmp_path / "扫描"
    folder.mkdir()
    materials = "newmtl skin\nmap_Kd 皮肤.png\n".encode()
    (folder / "头.obj").write_bytes(files.obj(points, TRIANGLES, uv=uv, material="头.mtl"))
    (folder / "头.mtl").write_bytes(materials)
    (folder / "皮肤.png").write_bytes(files.png(image))
    cloud = read_scan(folder / "头.obj")
    assert np.array_equal(cloud.points, points)
    assert np.array_equal(cloud.colours, image[rows, columns])
    uploaded = read_scan(
        (folder / "头.obj").read_bytes(), "头.obj", {"头.mtl": materials, "皮肤.png": files.png(image)}
    )
    assert np.array_equal(uploaded.colours, cloud.colours)
    (folder / "皮肤.png").unlink()
    assert read_scan(folder / "头.obj").colours is None


def test_stl_corners_are_joined(truth):
    points, _, _ = truth
    cloud = read_scan(files.stl(points, TRIANGLES))
    assert len(cloud) == 6
    assert np.array_equal(cloud.points[cloud.triangles], points[TRIANGLES])


@pytest.mark.parametrize("storage", ["ascii", "binary", "binary_compressed"])
def test_pcd(truth, storage):
    points, colours, normals = truth
    cloud = read_scan(files.pcd(points, colours, normals, storage))
    assert np.allclose(cloud.points, points, rtol=1e-6)
    assert np.allclose(cloud.normals, normals, atol=1e-6)
    assert np.array_equal(cloud.colours, colours)


def test_lzf_copies_that_overlap_and_reach_far(rng):
    noise = rng.integers(0, 256, 5000).astype(np.uint8).tobytes()
    data = noise + b"a" * 700 + bytes(40) + noise
    assert unpack_lzf(files.lzf(data), len(data)) == data
    back = len(noise) - 1  # a copy of nine bytes, from `back + 1` bytes before
    assert unpack_lzf(files.lzf(noise) + bytes([7 << 5 | back >> 8, 0, back & 255]), 5009) == noise + noise[:9]


@pytest.mark.parametrize("separator", [" ", ",", ";", "\t"])
def test_text_with_colours_and_normals(truth, separator):
    points, colours, normals = truth
    for columns in (
        [points],
        [points, colours],
        [points, normals],
        [points, normals, colours],
        [points, colours / 255],
    ):
        rows = [separator.join(repr(float(v)) for v in row) for row in np.column_stack(columns)]
        cloud = read_scan("\n".join(rows).encode(), "points.xyz")
        assert np.array_equal(cloud.points, points)
        assert (cloud.normals is not None) == any(c is normals for c in columns)
        assert (cloud.colours is not None) == (columns[-1] is not normals and len(columns) > 1)
        if cloud.colours is not None:
            assert np.array_equal(cloud.colours, colours)


def test_text_with_a_head_line(truth):
    points, colours, _ = truth
    numbers = "\n".join(" ".join(map(str, row)) for row in points.tolist())
    assert np.array_equal(read_scan(f"6\n{numbers}\n".encode()).points, points)
    table = np.column_stack([colours, points])
    named = "red,green,blue,x,y,z\n" + "\n".join(",".join(map(str, row)) for row in table.tolist())
    cloud = read_scan(b"\xef\xbb\xbf" + named.encode(), "点.csv")
    assert np.array_equal(cloud.points, points) and np.array_equal(cloud.colours, colours)
    with_intensity = "\n".join(" ".join(map(str, r)) for r in np.column_stack([points, colours[:, 0] - 99.0, colours]))
    assert np.array_equal(read_scan(f"6\n{with_intensity}".encode(), "a.pts").colours, colours)


def test_only_the_content_counts(truth):
    points, _, _ = truth
    assert np.array_equal(read_scan(files.ply(points), "wrong.stl").points, points)


@pytest.mark.parametrize("make", [files.ply, files.obj, files.pcd], ids=["ply", "obj", "pcd"])
def test_what_is_not_a_number_is_left_out(truth, make):
    points = truth[0].copy()
    points[1] = np.nan
    good = np.delete(points, 1, axis=0)
    assert np.allclose(read_scan(make(points)).points, good, rtol=1e-6)
    if make is not files.pcd:
        cloud = read_scan(make(points, triangles=TRIANGLES))
        assert np.array_equal(cloud.points[cloud.triangles], points[TRIANGLES[[1, 3]]])
    with pytest.raises(ScanError, match="no points"):
        read_scan(make(np.full((4, 3), np.nan)))


def _whole():
    points = np.arange(300.0).reshape(100, 3)
    triangles = np.arange(99).reshape(33, 3)
    return {
        "ply": files.ply(points, triangles=triangles),
        "ascii ply": files.ply(points, triangles=triangles, storage="ascii"),
        "pcd": files.pcd(points),
        "ascii pcd": files.pcd(points, storage="ascii"),
        "packed pcd": files.pcd(points, storage="binary_compressed"),
        "stl": files.stl(points, triangles),
    }


@pytest.mark.parametrize("kind", _whole())
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_truncated_files(kind, share):
    data = _whole()[kind]
    with pytest.raises(ScanError, match=r"^a\.scan (is damaged|is not a scan|holds no points)"):
        read_scan(data[: int(len(data) * share)], "a.scan")


BAD = {
    "garbage": bytes(range(256)) * 40,
    "words": b"this is not a scan at all\n" * 20,
    "picture": files.png(np.zeros((40, 40, 3), np.uint8)),
    "archive": b"PK\x03\x04" + bytes(100),
    "two columns": b"1 2\n3 4\n",
    "ragged": b"1 2 3\n4 5\n",
    "words between": b"1 2 3\n4 five 6\n",
    "far triangle": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n",
    "flat vertices": b"v 1 2\nv 3 4\n",
    "no vertices": b"ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nend_header\n",
    "only a head": b"ply\n",
    "promises": b"ply\nformat binary_little_endian 1.0\nelement vertex 4000000\nproperty float x\nend_header\nab",
    "pcd without x": b"FIELDS a b c\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n",
    "pcd of text": b"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\na b c\n",
    "pcd header": b"FIELDS x y z\nSIZE 4 4\nTYPE F F Q\nPOINTS many\nDATA ascii\n1 2 3\n",
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_scan(what):
    with pytest.raises(ScanError, match=r"^no\.ply (is not a scan|is damaged|holds no points)") as caught:
        read_scan(BAD[what], "no.ply")
    assert "\n" not in str(caught.value)


def test_missing_empty_and_huge(tmp_path, monkeypatch):
    with pytest.raises(ScanError, match="There is no file"):
        read_scan(tmp_path / "没有.ply")
    with pytest.raises(ScanError, match="is empty"):
        read_scan(b"", "空.obj")
    with pytest.raises(ScanError, match="is not a file"):
        read_scan(tmp_path)
    promise = b"ply\nformat binary_little_endian 1.0\nelement vertex 99999999999\nproperty float x\nend_header\n"
    with pytest.raises(ScanError, match="more than 5 million points"):
        read_scan(promise)
    monkeypatch.setattr("facerecon.scans.read.MAX_BYTES", 1_000_000)
    with pytest.raises(ScanError, match="larger than 1 MB"):
        read_scan(bytes(1_000_001))
    monkeypatch.setattr("facerecon.scans.read.MAX_POINTS", 2)
    with pytest.raises(ScanError, match="more than"):
        read_scan(b"1 2 3\n4 5 6\n7 8 9\n")
