"""What a visitor takes along is whole, and the same at every time."""

import io
import zipfile
from dataclasses import replace

import pytest

from facerecon.app import files
from facerecon.export import FileOptions

STARTS = {"glb": b"glTF", "usdz": b"PK", "obj": b"PK", "ply": b"ply\n", "neutral": b"ply\n", "stl": b"binary STL"}


@pytest.mark.parametrize("kind", files.KINDS)
def test_a_file_is_of_its_kind(astronaut_head, kind):
    assert files.build(astronaut_head, kind).startswith(STARTS[kind])


@pytest.mark.parametrize("kind", ["obj", "usdz"])
def test_a_packed_file_does_not_tell_when_it_was_made(astronaut_head, kind):
    rigid = replace(astronaut_head, morphs=astronaut_head.morphs[:0])
    with zipfile.ZipFile(io.BytesIO(files.build(rigid, kind))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} <= {2025, 2026}
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_wishes_are_followed(astronaut_head):
    plain = files.build(astronaut_head, "glb")
    wished = files.build(astronaut_head, "glb", FileOptions(skeleton=True, quantised=True))
    assert b"LeftEye" in wished and b"LeftEye" not in plain and len(wished) < 0.6 * len(plain)


def test_the_zip_holds_what_the_obj_refers_to(astronaut_head):
    with zipfile.ZipFile(io.BytesIO(files.build(astronaut_head, "obj"))) as archive:
        names = set(archive.namelist())
        texts = {name: archive.read(name).decode() for name in names if name.endswith((".obj", ".mtl"))}
    material = next(line.split()[1] for line in texts["head.obj"].splitlines() if line.startswith("mtllib"))
    pictures = {line.split()[-1] for line in texts[material].splitlines() if line.startswith("map_Kd")}
    assert {"head.obj", material} | pictures <= names and pictures
