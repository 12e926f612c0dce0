"""What Pixar's own library reads, checks and poses in the USDZ files."""

import io
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel, UsdUtils, UsdValidation, Vt

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh
from facerecon.export import usdz_bytes, write_usdz
from facerecon.export.formats import check_formats
from facerecon.geometry.seams import split_parts
from facerecon.geometry.transforms import rotation_from_vector


@pytest.fixture(scope="module")
def file(reconstruction, tmp_path_factory):
    path = tmp_path_factory.mktemp("照片 № 1") / "头.usdz"
    normal_map = np.full((64, 64, 3), (128, 128, 255), np.uint8)
    write_usdz(replace(reconstruction, normal_map=normal_map), path)
    return path


def faults(path):
    """Everything that usdchecker says; with the rules for Apple's devices where this version still has them."""
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    context = UsdValidation.ValidationContext(validators)
    found = [error.GetMessage() for error in context.Validate(Usd.Stage.Open(str(path)))]
    if hasattr(UsdUtils, "ComplianceChecker"):
        with pytest.warns(DeprecationWarning):
            checker = UsdUtils.ComplianceChecker(arkit=True)
        checker.CheckCompliance(str(path))
        found += checker.GetErrors() + checker.GetWarnings() + checker.GetFailedChecks()
    return found


def test_the_checkers_find_nothing(file):
    assert faults(file) == []


def test_the_checkers_find_nothing_in_a_bare_mesh(reconstruction, tmp_path):
    write_usdz(Mesh(reconstruction.mesh.vertices, reconstruction.mesh.triangles), tmp_path / "bare.usdz")
    assert faults(tmp_path / "bare.usdz") == []


def test_the_checkers_would_find_something(file, tmp_path):
    stage = Usd.Stage.CreateNew(str(tmp_path / "wrong.usda"))
    UsdGeom.Mesh.Define(stage, "/Head")
    stage.Save()
    assert faults(tmp_path / "wrong.usda")


def test_geometry_is_the_mesh_in_metres_and_upright(file, reconstruction):
    stage = Usd.Stage.Open(str(file))
    assert UsdGeom.GetStageUpAxis(stage) == "Y" and UsdGeom.GetStageMetersPerUnit(stage) == 1
    assert stage.GetDefaultPrim().GetPath() == "/Head"
    for name, part in split_parts(reconstruction.mesh).items():
        mesh = UsdGeom.Mesh.Get(stage, f"/Head/{name}")
        points = np.array(mesh.GetPointsAttr().Get()) * 1000
        np.testing.assert_allclose(points, reconstruction.mesh.vertices[part.vertices], atol=1e-4)
        triangles = np.array(mesh.GetFaceVertexIndicesAttr().Get()).reshape(-1, 3)
        np.testing.assert_array_equal(triangles, part.triangles)
        uv = np.array(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get())
        np.testing.assert_allclose(uv, part.uv * (1, -1) + (0, 1), atol=1e-6)  # USD counts v from below
    data = stage.GetDefaultPrim().GetCustomData()
    assert data["scale"]["source"] == "model_average" and len(data["expression"]) == 52


def test_every_part_has_its_material_and_picture(file, reconstruction):
    stage, archive = Usd.Stage.Open(str(file)), zipfile.ZipFile(file)
    assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
    images = {"skin": reconstruction.texture.image, **reconstruction.part_images}
    for name, image in images.items():
        prim = stage.GetPrimAtPath(f"/Head/{name}")
        material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
        surface = material.ComputeSurfaceSource()[0]
        assert surface.GetIdAttr().Get() == "UsdPreviewSurface"
        assert surface.GetInput("metallic").Get() == 0
        assert (surface.GetInput("roughness").Get() < 0.3) == name.startswith("eye")
        texture = UsdShade.Shader(surface.GetInput("diffuseColor").GetConnectedSource()[0].GetPrim())
        content = archive.read(texture.GetInput("file").Get().path.removeprefix("./"))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), image)
        assert bool(surface.GetInput("normal")) == (name == "skin")


def posed(content, tmp_path, weights=(), turn=None):
    """Lets USD itself bake blend shapes and joints into points: part → `(N, 3)` mm."""
    (tmp_path / "a.usdz").write_bytes(content)
    layer = Usd.Stage.Open(str(tmp_path / "a.usdz")).Flatten()
    stage = Usd.Stage.Open(layer)
    animation = UsdSkel.Animation.Get(stage, "/Head/Rig/Animation")
    values = np.array(animation.GetBlendShapeWeightsAttr().Get())
    for name, weight in weights:
        values[list(animation.GetBlendShapesAttr().Get()).index(name)] = weight
    animation.GetBlendShapeWeightsAttr().Set(Vt.FloatArray(values.tolist()))
    if turn is not None:
        angle = float(np.linalg.norm(turn))
        half = np.sin(angle / 2) * turn / angle
        left = Gf.Quatf(float(np.cos(angle / 2)), *map(float, half))
        animation.GetRotationsAttr().Set(Vt.QuatfArray([Gf.Quatf(1), left, Gf.Quatf(1)]))
    # Baking writes the points of given times; the head holds still, so one is enough.
    assert UsdSkel.BakeSkinning(UsdSkel.Root(stage.GetDefaultPrim()), Gf.Interval(0, 0))
    meshes = (UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
    return {m.GetPrim().GetName(): np.array(m.GetPointsAttr().Get(0)) * 1000 for m in meshes}


@pytest.mark.parametrize("name", ["jawOpen", "cheekPuff", "tongueOut"])
def test_blend_shapes_do_what_the_morphs_do(reconstruction, tmp_path, name):
    found = posed(usdz_bytes(reconstruction), tmp_path, [(name, 1.0)])
    moved = reconstruction.mesh.vertices + reconstruction.morphs[ARKIT_NAMES.index(name)]
    for part, rows in split_parts(reconstruction.mesh).items():
        np.testing.assert_allclose(found[part], moved[rows.vertices], atol=2e-3)


def test_a_face_at_rest_shows_the_photos_expression(reconstruction, tmp_path):
    found = posed(usdz_bytes(reconstruction, neutral_base=True), tmp_path)
    for part, rows in split_parts(reconstruction.mesh).items():
        np.testing.assert_allclose(found[part], reconstruction.mesh.vertices[rows.vertices], atol=0.03)


def test_an_eye_turns_about_its_centre(reconstruction, tmp_path):
    turn = np.array([0.3, 0.5, 0.0])
    found = posed(usdz_bytes(reconstruction), tmp_path, turn=turn)
    centre = np.array([32.0, 0, 85])  # where the fixture put it
    for part, rows in split_parts(reconstruction.mesh).items():
        expected = reconstruction.mesh.vertices[rows.vertices]
        if part == "eye_left":
            expected = centre + (expected - centre) @ rotation_from_vector(turn).T
        np.testing.assert_allclose(found[part], expected, atol=2e-3)


def test_all_expressions_are_there_by_their_names(file):
    stage = Usd.Stage.Open(str(file))
    animation = UsdSkel.Animation.Get(stage, "/Head/Rig/Animation")
    assert tuple(animation.GetBlendShapesAttr().Get()) == ARKIT_NAMES
    shapes = {prim.GetName() for prim in stage.Traverse() if prim.IsA(UsdSkel.BlendShape)}
    assert shapes == set(ARKIT_NAMES)


def test_the_same_head_gives_the_same_file(reconstruction):
    assert usdz_bytes(reconstruction) == usdz_bytes(reconstruction)


def test_without_the_library_one_is_told_which(reconstruction, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(SettingsError, match="pip install usd-core") as caught:
        write_usdz(reconstruction, tmp_path / "a.usdz")
    assert caught.value.advice == "usd_missing" and not list(tmp_path.iterdir())
    with pytest.raises(SettingsError, match="pip install usd-core"):
        check_formats(("usdz",))
