"""The command `measure`: what the page Measure shows, in a shell."""

import json

import numpy as np
import pytest
import skimage.data
from glb_reader import Glb
from PIL import Image

from facerecon.anthropometry.measures import DIMENSIONS
from facerecon.cli import main


@pytest.fixture(scope="module")
def face(tmp_path_factory):
    path = tmp_path_factory.mktemp("measured") / "face.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return str(path)


def test_it_measures_and_writes_the_changed_head(face, tmp_path, capfd):
    glb, told = tmp_path / "changed.glb", tmp_path / "told.json"
    words = ["--points", "ex_l", "ex_r", "--points", "33", "263", "--reshape", "nose_width=-2", "chin_forward=3"]
    assert main(["measure", face, *words, "--out", str(glb), "--json", str(told)]) == 0
    out, err = capfd.readouterr()
    assert err == "" and "| nose_width | al_r al_l |" in out and "| ex_l | ex_r |" in out
    data = json.loads(told.read_text("utf-8"))
    assert set(data["measurements"]) == set(DIMENSIONS)
    named, numbered = data["distances"]
    assert named["straight_mm"] == pytest.approx(numbered["straight_mm"])  # the same points by two names
    # The distances start on the skin, the measure at the corners themselves, which lie within a lid of it.
    assert named["straight_mm"] == pytest.approx(data["measurements"]["eye_outer_distance"]["mm"], abs=1.0)
    assert named["along_mm"] > named["straight_mm"]
    share = data["scale"]["relative_error"]
    assert named["tolerance_along_mm"] == pytest.approx(share * named["along_mm"], abs=0.01)
    for one in data["changes"].values():
        assert one["after_mm"] - one["before_mm"] == pytest.approx(one["asked_mm"], abs=0.3)
    assert 0 < data["asymmetry"]["rms_mm"] <= data["asymmetry"]["most_mm"]
    written = Glb(glb.read_bytes()).json
    assert all(len(part["targets"]) == 52 for mesh in written["meshes"] for part in mesh["primitives"])


@pytest.mark.parametrize(
    "words",
    [
        ["--points", "gn", "nobody"],
        ["--points", "gn", "478"],
        ["--reshape", "nose=1", "--out", "x.glb"],
        ["--reshape", "nose_width=99", "--out", "x.glb"],
        ["--reshape", "nose_width=nan", "--out", "x.glb"],
        ["--reshape", "nose_width", "--out", "x.glb"],
        ["--reshape", "nose_width=1"],
        ["--reshape", "nose_width=1", "--out", "x.obj"],
        ["--out", "x.glb"],
        ["--json", "no/such/folder.json"],
        ["--head", "canonical"],
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(face, words, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert main(["measure", face, *words]) == 2
    out, err = capfd.readouterr()
    assert out == "" and err.startswith("facerecon: ") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_picture_without_a_face_cannot_be_measured(tmp_path, capfd):
    Image.fromarray(np.full((300, 300, 3), 90, np.uint8)).save(tmp_path / "wall.png")
    assert main(["measure", str(tmp_path / "wall.png")]) == 3
    assert capfd.readouterr().err.count("\n") == 1
