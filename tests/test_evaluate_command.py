import json

import numpy as np
import pytest

from facerecon.cli import main
from facerecon.core.types import Mesh
from facerecon.export.polygons import ply_bytes, stl_bytes


@pytest.fixture(scope="module")
def files(anny, tmp_path_factory):
    """The mean head, and the same 4 % larger as a scan, with their landmarks."""
    folder = tmp_path_factory.mktemp("evaluate") / "头"
    folder.mkdir()
    skin, marks = anny.skin(anny.mean), anny.landmarks("ibug68").on(anny.mean, anny.triangles)
    larger = Mesh(1.04 * skin.vertices, skin.triangles)
    (folder / "head.ply").write_bytes(ply_bytes(skin))
    (folder / "head.stl").write_bytes(stl_bytes(skin))
    lines = [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in skin.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in skin.triangles + 1]
    (folder / "head.obj").write_text("\n".join(lines) + "\n", encoding="ascii")
    (folder / "scan.ply").write_bytes(ply_bytes(larger))
    (folder / "points.ply").write_bytes(ply_bytes(Mesh(larger.vertices, np.zeros((0, 3), int))))
    (folder / "head.json").write_text(json.dumps({"neutral_landmarks68_mm": marks.tolist(), "version": "1"}))
    (folder / "scan.json").write_text(json.dumps({"landmarks68_mm": (1.04 * marks).tolist()}))
    return folder


def evaluate(folder, mesh="head.ply", scan="scan.ply", mine="head.json", theirs="scan.json", *more):
    words = [folder / mesh, folder / scan, "--mesh-landmarks", folder / mine, "--scan-landmarks", folder / theirs]
    return main(["evaluate", *map(str, words), *more])


@pytest.mark.parametrize("mesh", ["head.ply", "head.stl", "head.obj"])
def test_a_scan_that_is_only_larger_is_met(files, capsys, mesh):
    assert evaluate(files, mesh) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrical"] is False
    assert found["scale"] == pytest.approx(1.04, abs=1e-3)
    assert max(found[f"{name}_mm"] for name in ("median", "mean", "std", "rms", "p90")) < 0.02
    assert found["points"] > 1000 and 80 < found["crop_radius_mm"] < 120
    assert sum(region["points"] for region in found["regions"].values()) == found["points"]


def test_metrical_keeps_the_size(files, capsys):
    assert evaluate(files, "head.ply", "scan.ply", "head.json", "scan.json", "--metrical") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrical"] is True and found["scale"] == pytest.approx(1)
    assert found["median_mm"] > 0.3
    assert found["percentiles_mm"]["50"] == found["median_mm"] and found["percentiles_mm"]["90"] == found["p90_mm"]
    assert found["regions"]["nose"]["median_mm"] <= found["regions"]["nose"]["together_median_mm"]
    assert found["normals_median_deg"] < 5


def test_a_scan_may_be_points_alone_but_a_head_may_not(files, capsys):
    assert evaluate(files, scan="points.ply") == 0
    assert json.loads(capsys.readouterr().out)["normals_median_deg"] is None
    assert evaluate(files, mesh="points.ply") == 2
    assert "no triangles" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"no json", "not a JSON file"),
        (b"\xff\xfe\x00", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b"[1, 2]", "landmarks68_mm"),
        (b'{"landmarks": []}', "landmarks68_mm"),
        (b'{"landmarks68_mm": null}', "68 points"),
        (b'{"landmarks68_mm": "many"}', "68 points"),
        (b'{"landmarks68_mm": [[1, 2], [3]]}', "68 points"),
        (json.dumps({"landmarks68_mm": [[0, 0, 0]] * 67}).encode(), "68 points"),
        (json.dumps({"landmarks68_mm": [[0, 0, float("nan")]] * 68}).encode(), "numbers"),
        (json.dumps({"landmarks68_mm": [[0, 0, 0]] * 68}).encode(), "one unit"),
    ],
)
def test_bad_landmark_files_are_one_line(files, capsys, content, message):
    (files / "bad.json").write_bytes(content)
    assert evaluate(files, theirs="bad.json") == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and message in captured.err


@pytest.mark.parametrize("which", ["mesh", "scan", "mine", "theirs"])
def test_missing_files_are_one_line(files, capsys, which):
    assert evaluate(files, **{which: "none.ply"}) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "none.ply" in captured.err


def test_what_is_no_mesh_is_refused(files, capsys):
    (files / "photo.ply").write_bytes(b"\x89PNG\r\n" + bytes(200))
    assert evaluate(files, mesh="photo.ply") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_both_landmark_files_are_needed(files, capsys):
    assert main(["evaluate", str(files / "head.ply"), str(files / "scan.ply")]) == 2
    assert "--mesh-landmarks" in capsys.readouterr().err


def test_a_report_is_written_beside_the_numbers(files, capsys, tmp_path):
    assert evaluate(files) == 0
    alone = capsys.readouterr().out
    place = tmp_path / "报告.html"
    assert evaluate(files, "head.ply", "scan.ply", "head.json", "scan.json", "--report", str(place)) == 0
    assert capsys.readouterr().out == alone
    page = place.read_text("utf-8")
    assert page.startswith("<!doctype html>") and page.count("data:image/jpeg") == 9 and "scan.ply" in page


def test_a_report_that_cannot_be_written_is_one_line(files, capsys, tmp_path):
    place = tmp_path / "no folder" / "report.html"
    assert evaluate(files, "head.ply", "scan.ply", "head.json", "scan.json", "--report", str(place)) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "report.html" in captured.err
