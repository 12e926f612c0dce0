import json

import numpy as np
import pytest

from facerecon.cli import main
from facerecon.core.types import PointCloud
from facerecon.export.clouds import write_cloud
from facerecon.geometry.transforms import apply
from facerecon.scans import read_scan


@pytest.fixture(scope="module")
def files(sampled, head, motion, tmp_path_factory):
    """A surface and a cloud of the same head, elsewhere, in files."""
    folder = tmp_path_factory.mktemp("scans")
    rng = np.random.default_rng(8)
    true = motion(rng, 100, 200)
    write_cloud(head, folder / "头 1.ply")
    write_cloud(PointCloud(apply(true, sampled(rng, 3000, 0.3).points)), folder / "target.xyz")
    return folder / "头 1.ply", folder / "target.xyz", true


def test_register_tells_the_motion_and_writes_the_moved_source(files, head, errors, tmp_path, capsys):
    source, target, true = files
    assert main(["register", str(source), str(target), "--out", str(tmp_path / "moved.obj")]) == 0
    told = json.loads(capsys.readouterr().out)
    found = np.array(told["target_from_source"])
    assert errors(found, true)[0] < 0.5
    assert told["converged"] and told["scale"] == pytest.approx(1) and told["method"] == "point-to-plane"
    assert 1000 < told["inliers"] <= told["points"] == len(head) and told["iterations"] > 0 and told["rms"] > 0
    written = read_scan(tmp_path / "moved.obj")
    assert np.allclose(written.points, apply(found, head.points), atol=1e-4)
    assert (written.triangles == head.triangles).all()


def test_the_answer_is_always_the_same(files, capsys):
    answers = [(main(["register", *map(str, files[:2])]), capsys.readouterr().out) for _ in range(2)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "words",
    [["--method", "magic"], ["--out", "moved.blend"], ["--out", "nowhere/moved.ply"]],
    ids=["method", "ending", "folder"],
)
def test_wrong_use_is_one_line(files, words, capsys):
    assert main(["register", *map(str, files[:2]), *words]) == 2
    heard = capsys.readouterr()
    assert heard.err.count("\n") == 1 and not heard.out


def test_unreadable_scans_are_told_of(files, tmp_path, capsys):
    (tmp_path / "empty.ply").write_bytes(b"")
    for bad in (tmp_path / "absent.ply", tmp_path / "empty.ply", tmp_path):
        assert main(["register", str(bad), str(files[1])]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("ending", [".ply", ".obj", ".stl", ".xyz"])
def test_written_clouds_are_read_again(head, tmp_path, ending):
    write_cloud(head, tmp_path / f"head{ending}")
    read = read_scan(tmp_path / f"head{ending}")
    assert np.allclose(np.ptp(read.points, axis=0), np.ptp(head.points, axis=0), atol=1e-3)
    if ending in (".ply", ".obj"):
        assert np.allclose(read.points, head.points, atol=1e-5) and (read.triangles == head.triangles).all()
