"""What Blender makes of our files: axes, scale, uv, shape keys, bones.

Needs the package `bpy` (350 MB, Python 3.11), here or in another environment whose Python FACERECON_BLENDER names:

    python3.11 -m venv blender && blender/bin/pip install bpy
    FACERECON_BLENDER=blender/bin/python python -m pytest tests/export/test_blender.py
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Texture
from facerecon.export import write_glb, write_obj, write_ply, write_stl, write_usdz

BLENDER = os.environ.get("FACERECON_BLENDER") or (sys.executable if find_spec("bpy") else None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not BLENDER, reason="bpy is not installed")]


@pytest.fixture(scope="module")
def marked(astronaut_head):
    """The astronaut with a magenta spot beside her left eyebrow, and where it is in Blender: m, z up, face to -y."""
    mesh, size = astronaut_head.mesh, len(astronaut_head.texture.image)
    skin = np.flatnonzero(mesh.parts == 0)
    corners, uv_corners = mesh.triangles[skin].reshape(-1), mesh.uv_triangles[skin].reshape(-1)
    corner = np.linalg.norm(mesh.vertices[corners] - (50, 30, 5), axis=1).argmin()
    row, column = (mesh.uv[uv_corners[corner]][::-1] * size).astype(int)
    image = astronaut_head.texture.image.copy()
    image[row - 8 : row + 8, column - 8 : column + 8] = (255, 0, 255)
    x, y, z = mesh.vertices[corners[corner]] / 1000
    return replace(astronaut_head, texture=Texture(image, np.zeros((size, size), np.uint8))), (x, -z, y)


@pytest.fixture(scope="module")
def facts(marked, tmp_path_factory):
    folder, head = tmp_path_factory.mktemp("混合器"), marked[0]
    write_glb(head, folder / "头.glb")
    write_glb(head, folder / "骨骼.glb", skeleton=True, neutral_base=True, quantised=True)
    write_usdz(head, folder / "头.usdz")
    write_usdz(head, folder / "静.usdz", neutral_base=True)
    write_obj(head, folder / "头.obj")
    write_ply(head, folder / "头.ply")
    write_stl(head, folder / "头.stl", height_mm=100)
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".glb", ".usdz", ".obj", ".ply", ".stl"))
    script = Path(__file__).with_name("blender_facts.py")
    command = [BLENDER, str(script), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("FACTS "))
    return {Path(path).name: found for path, found in json.loads(line[6:]).items()}


@pytest.mark.parametrize("name", ["头.glb", "骨骼.glb", "头.usdz"])
def test_upright_life_size_and_looking_at_the_viewer(facts, marked, name):
    found, vertices = facts[name], marked[0].mesh.vertices / 1000
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    np.testing.assert_allclose(found["low"], (low[0], -high[2], low[1]), atol=1.5e-3)
    np.testing.assert_allclose(found["high"], (high[0], -low[2], high[1]), atol=1.5e-3)
    assert 0.2 < found["high"][2] - found["low"][2] < 0.35
    assert found["materials"] == sorted(marked[0].mesh.part_names)


@pytest.mark.parametrize("name", ["头.glb", "骨骼.glb", "头.usdz", "头.obj"])
def test_pictures_are_not_flipped(facts, marked, name):
    scale = 1000 if name.endswith("obj") else 1  # OBJ has no unit: millimetres come as metres
    np.testing.assert_allclose(np.array(facts[name]["marked"]) / scale, marked[1], atol=5e-3)


def test_expressions_are_shape_keys(facts, marked):
    for name in ("头.glb", "骨骼.glb", "头.usdz", "静.usdz"):
        assert set(facts[name]["keys"]) == set(ARKIT_NAMES)
    assert not any(facts["头.glb"]["keys"].values()) and not any(facts["头.usdz"]["keys"].values())
    for name in ("骨骼.glb", "静.usdz"):
        values = [facts[name]["keys"][shape] for shape in ARKIT_NAMES]
        np.testing.assert_allclose(values, marked[0].fit.views[0].expression, atol=1e-6)


def test_bones_lie_in_the_eyes(facts, marked):
    for name in ("骨骼.glb", "头.usdz"):
        bones = facts[name]["bones"]
        assert set(bones) == {"Head", "LeftEye", "RightEye"}
        for bone, part in (("LeftEye", 1), ("RightEye", 2)):
            rows = np.unique(marked[0].mesh.triangles[marked[0].mesh.parts == part])
            x, y, z = marked[0].mesh.vertices[rows].mean(axis=0) / 1000
            np.testing.assert_allclose(bones[bone], (x, -z, y), atol=1.5e-3)


def test_prints_stand_and_points_have_colours(facts):
    assert facts["头.ply"]["colours"]
    low, high = np.array(facts["头.stl"]["low"]), np.array(facts["头.stl"]["high"])
    np.testing.assert_allclose((low[2], high[2]), (0, 100), atol=1e-3)
