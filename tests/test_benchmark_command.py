import json

import pytest

from facerecon.cli import main
from facerecon.commands import benchmark
from facerecon.suites import SUITES, consistency
from facerecon.suites.methods import CANONICAL, MEAN, OURS, PEOPLE


def test_every_suite_is_named():
    assert set(benchmark.NAMES) == {*SUITES, consistency.NAME}


@pytest.mark.parametrize(
    "words", [["none"], ["anny", "--subjects", "0"], ["anny", "--seed", "-1"], ["anny", "--head", "none"]]
)
def test_wrong_use_is_one_line(capsys, words):
    assert main(["benchmark", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_missing_data_are_named(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("FACERECON_EVAL", raising=False)
    for suite, file in (("ict", "ict_facekit_light.npz"), ("james", "james is missing")):
        assert main(["benchmark", suite, "--data", str(tmp_path)]) == 4
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and file in error and "FACERECON_EVAL" in error


def test_without_a_name_all_run_that_can(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("FACERECON_EVAL", raising=False)
    monkeypatch.setattr(benchmark, "NAMES", ("ict", "toy"))
    real = benchmark._suite
    monkeypatch.setattr(
        benchmark, "_suite", lambda name, *rest: ("a table", {"x": 1}) if name == "toy" else real(name, *rest)
    )
    file = tmp_path / "numbers.json"
    assert main(["benchmark", "--data", str(tmp_path), "--json", str(file), "--seed", "3"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "a table\n" and "ict is left out" in captured.err
    written = json.loads(file.read_text("utf-8"))
    assert written["suites"] == {"toy": {"x": 1}} and written["seed"] == 3 and written["head"] == "anny"


@pytest.mark.slow
def test_our_own_heads_run_through(capsys, tmp_path):
    file = tmp_path / "numbers.json"
    assert main(["benchmark", "anny", "--subjects", "1", "--json", str(file)]) == 0
    found = json.loads(file.read_text("utf-8"))["suites"]["anny"]
    assert "| ours |" in capsys.readouterr().out
    assert {r["method"] for r in found["records"]} == {MEAN, PEOPLE, CANONICAL, OURS}
    three, mean = (found["summary"]["three"][name] for name in ("ours", "mean head (no photo)"))
    assert three["found"] == 1 and three["median"] < mean["median"] and three["vertices"] < mean["vertices"]
    assert three["reprojection"] < 5 and three["iou"] > 0.8
