"""Folders that are written whole or not at all."""

import os
import stat

import pytest

from facerecon import report
from facerecon.core.errors import SettingsError
from facerecon.report import check_folder, write_folder

FILES = {"a.bin": b"1" * 1000, "b.txt": b"two", "report.json": b"{}"}


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_new_folder_appears_with_its_parents(tmp_path):
    write_folder(FILES, tmp_path / "x" / "y" / "z")
    assert content(tmp_path / "x/y/z") == FILES
    assert [path.name for path in (tmp_path / "x/y").iterdir()] == ["z"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "x/y/z").stat().st_mode) == 0o777 & ~umask


def test_existing_folder_is_merged_into(tmp_path):
    (tmp_path / "b.txt").write_text("old")
    (tmp_path / "mine").mkdir()
    (tmp_path / "other.txt").write_text("keep")
    write_folder(FILES, tmp_path)
    (tmp_path / "mine").rmdir()
    assert content(tmp_path) == {**FILES, "other.txt": b"keep"}


@pytest.mark.parametrize("exists", [True, False])
def test_failure_leaves_everything_as_it_was(tmp_path, monkeypatch, exists):
    out = tmp_path / "deep" / "out"
    if exists:
        out.mkdir(parents=True)
        (out / "b.txt").write_text("old")
    before = sorted(map(str, tmp_path.rglob("*")))
    real = report.Path.write_bytes

    def full(path, data):
        if path.name == "report.json":
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(report.Path, "write_bytes", full)
    with pytest.raises(SettingsError, match="No space left"):
        write_folder(FILES, out)
    assert sorted(map(str, tmp_path.rglob("*"))) == before
    if exists:
        assert (out / "b.txt").read_text() == "old"


@pytest.mark.parametrize("exists", [True, False])
def test_interruption_leaves_everything_as_it_was(tmp_path, monkeypatch, exists):
    out = tmp_path / "out"
    if exists:
        out.mkdir()
    before = sorted(map(str, tmp_path.rglob("*")))

    def interrupted(path, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(report.Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(FILES, out)
    assert sorted(map(str, tmp_path.rglob("*"))) == before


def test_folders_that_cannot_be(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(SettingsError, match="is not a folder"):
            check_folder(folder)
    (tmp_path / "out" / "a.bin").mkdir(parents=True)
    with pytest.raises(SettingsError, match="is a folder where a file"):
        write_folder(FILES, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "a.bin"]
    (tmp_path / "loose").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError):
        check_folder(tmp_path / "loose")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingsError, match="cannot be written to"):
        check_folder(tmp_path / "new")
