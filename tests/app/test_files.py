"""What a visitor takes along is whole, and the same at every time."""

import io
import zipfile

import pytest

from facerecon.app import files


@pytest.mark.parametrize(("kind", "start"), [("glb", b"glTF"), ("obj", b"PK"), ("ply", b"ply\n")])
def test_a_file_is_of_its_kind(astronaut_head, kind, start):
    content = files.build(astronaut_head, kind)
    assert content.startswith(start)
    assert content == files.build(astronaut_head, kind)


def test_stl_has_every_triangle(astronaut_head):
    content = files.build(astronaut_head, "stl")
    assert int.from_bytes(content[80:84], "little") == len(astronaut_head.mesh.triangles)


def test_the_zip_holds_what_the_obj_refers_to(astronaut_head):
    with zipfile.ZipFile(io.BytesIO(files.build(astronaut_head, "obj"))) as archive:
        names = set(archive.namelist())
        texts = {name: archive.read(name).decode() for name in names if name.endswith((".obj", ".mtl"))}
    material = next(line.split()[1] for line in texts["head.obj"].splitlines() if line.startswith("mtllib"))
    pictures = {line.split()[-1] for line in texts[material].splitlines() if line.startswith("map_Kd")}
    assert {"head.obj", material} | pictures <= names and pictures
