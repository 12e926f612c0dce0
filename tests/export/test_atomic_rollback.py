import os

import pytest

from facerecon.export.atomic import replace_all


def test_a_failed_move_brings_everything_back(tmp_path, monkeypatch):
    moves = {}
    for name in "abc":
        (tmp_path / name).write_text(f"old {name}")
        (tmp_path / f"{name}.new").write_text(f"new {name}")
        moves[tmp_path / f"{name}.new"] = tmp_path / name
    (tmp_path / "b").unlink()
    real = os.replace

    def failing(source, place):
        if str(source).endswith("c.new"):
            raise KeyboardInterrupt
        real(source, place)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(KeyboardInterrupt):
        replace_all(moves)
    assert (tmp_path / "a").read_text() == "old a" and (tmp_path / "c").read_text() == "old c"
    assert not (tmp_path / "b").exists()
    assert not list(tmp_path.glob(".*"))


def test_all_move_and_nothing_else_stays(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "passing").write_text("new")
    replace_all({tmp_path / "passing": tmp_path / "a"})
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_text() == "new"
