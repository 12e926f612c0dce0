"""`reconstruct --formats`: every format from one photo, in folders and from files with Chinese names, read again."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import pyvista
import skimage.data
import trimesh
from glb_reader import Glb
from PIL import Image
from pxr import Usd, UsdGeom

from facerecon.cli import main
from facerecon.export import FileOptions, format_files
from facerecon.export.solid import FOOT

CONTRACT = {"head.glb", "head.obj", "head.mtl", "head.png", "neutral.ply", "report.json"}
SURFACE = ("--roughness", "0.4", "--clearcoat", "0.2", "--tint", "0.1")
WISHES = ("--skeleton", "--neutral-base", "--quantised", "--print-height", "80", *SURFACE)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("照片") / "宇航员 № 1.jpg"
    Image.fromarray(skimage.data.astronaut()).save(path, quality=95)
    return path


@pytest.fixture(scope="module")
def folder(photo, tmp_path_factory):
    out = tmp_path_factory.mktemp("结果") / "头 部"
    words = ["reconstruct", str(photo), "--out", str(out), "--texture-size", "512", "--formats", "PLY,stl,.usdz"]
    assert main([*words, *WISHES]) == 0
    return out


@pytest.fixture(scope="module")
def report(folder):
    return json.loads((folder / "report.json").read_text("utf-8"))


def test_they_come_beside_the_contracts_files(folder, report):
    names = {path.name for path in folder.iterdir()}
    assert CONTRACT | {"head.ply", "head.stl", "head.usdz"} <= names
    assert report["files"] == {name: (folder / name).stat().st_size for name in names - {"report.json"}}
    assert report["photos"][0]["name"] == "宇航员 № 1.jpg"


def test_the_skin_is_as_the_shell_said(folder):
    told = Glb((folder / "head.glb").read_bytes()).json["materials"][0]
    assert told["pbrMetallicRoughness"]["roughnessFactor"] == 0.4
    assert told["extensions"]["KHR_materials_specular"] == {"specularFactor": 0.7}
    assert told["extensions"]["KHR_materials_clearcoat"]["clearcoatFactor"] == 0.2
    assert "Pr 0.4" in (folder / "head.mtl").read_text("ascii")


def test_a_skin_that_cannot_be_is_refused(photo, tmp_path, capsys):
    assert main(["reconstruct", str(photo), "--out", str(tmp_path / "a"), "--specular", "2"]) == 2
    assert "specular" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_all_hold_the_same_head(folder):
    """The same place and size, by five readers."""
    glb = trimesh.load_scene(folder / "head.glb").bounds * 1000
    obj = trimesh.load_scene(folder / "head.obj", process=False).bounds
    ply = np.reshape(pyvista.read(folder / "head.ply").bounds, (3, 2)).T
    stage = Usd.Stage.Open(str(folder / "head.usdz"))
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    points = np.concatenate([np.array(mesh.GetPointsAttr().Get()) for mesh in meshes]) * 1000
    usd = np.stack([points.min(axis=0), points.max(axis=0)])
    np.testing.assert_allclose(ply, obj, atol=1e-4)
    np.testing.assert_allclose(usd, glb, atol=1e-4)  # both at rest, the others with the photo's smile
    np.testing.assert_allclose(glb, obj, atol=5)
    stl = trimesh.load_mesh(folder / "head.stl")
    assert stl.is_watertight
    assert stl.extents[0] / 80 == pytest.approx(np.ptp(obj[:, 0]) / (np.ptp(obj[:, 1]) + FOOT), rel=1e-4)


def test_what_was_wished_for_is_in_the_files(folder, report):
    content = (folder / "head.glb").read_bytes()
    size = int.from_bytes(content[12:16], "little")
    gltf = json.loads(content[20 : 20 + size])
    assert [node["name"] for node in gltf["nodes"]] == ["head", "Head", "LeftEye", "RightEye"]
    assert gltf["extensionsRequired"] == ["KHR_mesh_quantization"]
    expression = report["photos"][0]["expression"]
    assert gltf["meshes"][0]["extras"]["targetNames"] == list(expression)
    np.testing.assert_allclose(gltf["meshes"][0]["weights"], list(expression.values()))
    assert trimesh.load_mesh(folder / "head.stl").extents[2] == pytest.approx(80, abs=1e-3)


def test_the_photos_light_can_be_left_out(astronaut_head):
    assert astronaut_head.texture.albedo is not None
    for albedo, expected in ((True, astronaut_head.texture.albedo), (False, astronaut_head.texture.image)):
        files = format_files(astronaut_head, "obj", FileOptions(albedo=albedo))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(files["head.png"]))), expected)
    unlit = replace(astronaut_head, texture=replace(astronaut_head.texture, albedo=None))
    assert format_files(unlit, "ply", FileOptions(albedo=True)) == format_files(unlit, "ply")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--formats", "fbx"], "fbx"),
        (["--formats", "stl", "--print-height", "-3"], "-3"),
        (["--print-height", "x"], "x"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(photo, tmp_path, capfd, words, says):
    assert main(["reconstruct", str(photo), "--out", str(tmp_path / "out"), *words]) == 2
    error = capfd.readouterr().err
    assert says in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()
