import os

import pytest

from facerecon.export import write_glb, write_obj, write_ply, write_stl, write_usdz
from facerecon.export.atomic import write_files

WRITERS = [
    (write_glb, "头.glb"),
    (write_obj, "头.obj"),
    (write_ply, "头.ply"),
    (write_stl, "头.stl"),
    (write_usdz, "头.usdz"),
]


@pytest.mark.parametrize("write, name", WRITERS)
def test_any_script_and_nothing_left_over(reconstruction, tmp_path, write, name):
    folder = tmp_path / "照片 № 1"
    folder.mkdir()
    write(reconstruction, str(folder / name))
    assert (folder / name).stat().st_size > 0
    assert not list(folder.glob("*.tmp")) and not list(folder.glob(".*"))


@pytest.mark.parametrize("write, name", WRITERS)
def test_a_failed_write_leaves_nothing_new(reconstruction, tmp_path, write, name, monkeypatch):
    (tmp_path / name).write_bytes(b"the old one")

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write(reconstruction, tmp_path / name)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(name, b"the old one")]


def test_nothing_is_moved_before_everything_is_written(tmp_path):
    with pytest.raises(TypeError):
        write_files({tmp_path / "a": b"fine", tmp_path / "b": 5})
    assert not list(tmp_path.iterdir())


def test_replaces_and_respects_the_umask(tmp_path):
    write_files({tmp_path / "a": b"one"})
    write_files({tmp_path / "a": b"two"})
    assert (tmp_path / "a").read_bytes() == b"two"
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == plain.stat().st_mode


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_files({tmp_path / "none" / "a": b""})
