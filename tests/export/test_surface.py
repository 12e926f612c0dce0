"""The skin's surface in each format: what is written is read again as the same, and the checkers find nothing."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from glb_reader import Glb
from pxr import Usd, UsdShade
from test_glb import validate
from test_usdz import faults

import facerecon
from facerecon.core.material import Material
from facerecon.export import FileOptions, format_files, glb_bytes, write_glb, write_usdz

WET = Material(roughness=0.35, specular=0.5, clearcoat=0.25, tint=0.4)


@pytest.fixture(scope="module", params=[Material(), WET, Material(1, 1, 0, 1)], ids=["skin", "wet", "red"])
def head(request, reconstruction):
    return replace(reconstruction, material=request.param)


def from_gltf(told) -> Material:
    surface, more = told["pbrMetallicRoughness"], told.get("extensions", {})
    colour = surface.get("baseColorFactor", [1, 1, 1, 1])
    return Material(
        surface["roughnessFactor"],
        more.get("KHR_materials_specular", {}).get("specularFactor", 1),
        more.get("KHR_materials_clearcoat", {}).get("clearcoatFactor", 0),
        round((1 - colour[1]) / 0.5, 9),
    )


def test_glb_holds_it(head, validator, tmp_path):
    write_glb(head, tmp_path / "head.glb")
    validate(validator, tmp_path / "head.glb")
    json = Glb((tmp_path / "head.glb").read_bytes()).json
    skin, *others = json["materials"]
    assert from_gltf(skin) == head.material
    assert all("extensions" not in other for other in others), "eyes and teeth are not skin"
    used = {name for told in json["materials"] for name in told.get("extensions", {})}
    assert used == set(json.get("extensionsUsed", ())) and "extensionsRequired" not in json


def test_usdz_holds_it(head, tmp_path):
    write_usdz(head, tmp_path / "head.usdz")
    assert faults(tmp_path / "head.usdz") == []
    stage = Usd.Stage.Open(str(tmp_path / "head.usdz"))
    surface = UsdShade.Shader.Get(stage, "/Head/Materials/skin/Surface")
    read = {name: surface.GetInput(name).Get() for name in ("roughness", "ior", "clearcoat") if surface.GetInput(name)}
    assert read["roughness"] == pytest.approx(head.material.roughness)
    assert read["ior"] == pytest.approx(head.material.refraction)
    assert read.get("clearcoat", 0) == pytest.approx(head.material.clearcoat)
    picture = UsdShade.Shader(surface.GetInput("diffuseColor").GetConnectedSource()[0].GetPrim())
    np.testing.assert_allclose(picture.GetInput("scale").Get(), [*head.material.colour, 1])
    eye = UsdShade.Shader.Get(stage, "/Head/Materials/eye_left/Surface")
    assert eye.GetInput("roughness").Get() < 0.2 and not eye.GetInput("clearcoat")


def test_mtl_holds_it(head):
    text = format_files(head, "obj")["head.mtl"].decode()
    skin = dict(line.split(" ", 1) for line in text.split("newmtl ")[1].splitlines()[1:] if line)
    material = head.material
    assert float(skin["Pr"]) == pytest.approx(material.roughness)
    assert float(skin["Pc"]) == pytest.approx(material.clearcoat)
    np.testing.assert_allclose([float(x) for x in skin["Ks"].split()], 0.04 * material.specular)
    np.testing.assert_allclose([float(x) for x in skin["Kd"].split()], material.colour, atol=1e-4)
    # Phong's lobe is as wide as the roughness says: Ns = 2 / r⁴ − 2.
    assert (2 / (float(skin["Ns"]) + 2)) ** 0.25 == pytest.approx(material.roughness, abs=1e-3)


def test_what_is_chosen_for_a_file_goes_before_the_heads_own(head):
    files = format_files(head, "glb", FileOptions(material=WET))
    assert files["head.glb"] == glb_bytes(replace(head, material=WET))
    assert format_files(head, "glb", FileOptions())["head.glb"] == glb_bytes(head)


def test_another_reader_finds_it(reconstruction, tmp_path):
    write_glb(replace(reconstruction, material=WET), tmp_path / "head.glb")
    scene = trimesh.load_scene(tmp_path / "head.glb")
    skin = next(one.visual.material for one in scene.geometry.values() if one.visual.material.name == "skin")
    assert skin.roughnessFactor == pytest.approx(WET.roughness)
    np.testing.assert_allclose(np.array(skin.baseColorFactor[:3]) / 255, WET.colour, atol=0.01)


def test_reconstruct_hands_it_on(parts):
    photo = facerecon.load_sample("astronaut")
    head = facerecon.reconstruct([photo], material=facerecon.Material(clearcoat=0.3), texture_size=512, parts=parts)
    assert from_gltf(Glb(glb_bytes(head)).json["materials"][0]) == Material(clearcoat=0.3)
