import io
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import pyvista
import trimesh
from glb_reader import Glb
from PIL import Image

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Mesh, Texture
from facerecon.export import glb_bytes, write_glb
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.seams import split_parts

CHECK = """
const v = require(process.argv[1] + "/node_modules/gltf-validator"), fs = require("fs");
v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[2])))
  .then(r => r.issues)
  .then(i => { console.log(JSON.stringify(i)); process.exit(i.numErrors + i.numWarnings ? 1 : 0) });
"""


@pytest.fixture(scope="module")
def glb(reconstruction) -> Glb:
    return Glb(glb_bytes(reconstruction))


def validate(folder, path):
    done = subprocess.run(["node", "-e", CHECK, str(folder), str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_khronos_finds_nothing(reconstruction, validator, tmp_path):
    write_glb(reconstruction, tmp_path / "whole.glb")
    validate(validator, tmp_path / "whole.glb")


def test_khronos_finds_nothing_in_a_bare_mesh(reconstruction, validator, tmp_path):
    write_glb(Mesh(reconstruction.mesh.vertices, reconstruction.mesh.triangles), tmp_path / "bare.glb")
    validate(validator, tmp_path / "bare.glb")


def test_khronos_accepts_a_photographic_texture(reconstruction, validator, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (1024, 1024, 3), np.uint8)
    big = replace(reconstruction, texture=Texture(noise, np.zeros((1024, 1024), np.uint8)))
    write_glb(big, tmp_path / "big.glb")
    validate(validator, tmp_path / "big.glb")
    assert Glb((tmp_path / "big.glb").read_bytes()).json["images"][0]["mimeType"] == "image/jpeg"


def test_one_primitive_and_material_a_part(glb, reconstruction):
    assert [m["name"] for m in glb.json["materials"]] == list(reconstruction.mesh.part_names)
    assert [p["material"] for p in glb.json["meshes"][0]["primitives"]] == list(range(5))
    assert len(glb.json["nodes"]) == 1


def test_geometry_is_the_mesh_in_metres(glb, reconstruction):
    mesh = reconstruction.mesh
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    for index, primitive in enumerate(glb.json["meshes"][0]["primitives"]):
        corners = glb.accessor(primitive["indices"]).reshape(-1, 3)
        chosen = mesh.parts == index
        at = glb.accessor(primitive["attributes"]["POSITION"])[corners]
        np.testing.assert_allclose(at * 1000, mesh.vertices[mesh.triangles[chosen]], atol=1e-5)
        # The same normal on both sides of a uv seam: that of the unsplit mesh.
        facing = glb.accessor(primitive["attributes"]["NORMAL"])[corners]
        np.testing.assert_allclose(facing, normals[mesh.triangles[chosen]], atol=1e-6)
        uv = glb.accessor(primitive["attributes"]["TEXCOORD_0"])[corners]
        np.testing.assert_allclose(uv, mesh.uv[mesh.uv_triangles[chosen]], atol=1e-6)


def test_corners_are_welded(glb, reconstruction):
    for index, primitive in enumerate(glb.json["meshes"][0]["primitives"]):
        chosen = reconstruction.mesh.parts == index
        pairs = np.stack([reconstruction.mesh.triangles[chosen], reconstruction.mesh.uv_triangles[chosen]], axis=-1)
        count = len(np.unique(pairs.reshape(-1, 2), axis=0))
        assert glb.json["accessors"][primitive["attributes"]["POSITION"]]["count"] == count


def test_morph_targets_are_exact(glb, reconstruction):
    shape = glb.json["meshes"][0]
    assert tuple(shape["extras"]["targetNames"]) == ARKIT_NAMES
    assert shape["weights"] == [0.0] * 52
    for primitive, part in zip(shape["primitives"], split_parts(reconstruction.mesh).values(), strict=True):
        assert len(primitive["targets"]) == 52
        for target, morph in zip(primitive["targets"], reconstruction.morphs, strict=True):
            # A micrometre is what the writer may take for no motion.
            np.testing.assert_allclose(glb.accessor(target["POSITION"]) * 1000, morph[part.vertices], atol=1.01e-3)
            moving = np.abs(morph[part.vertices]).max(axis=1) > 0.01
            expected = morph[part.vertices][moving] * np.float32(1e-3)
            np.testing.assert_array_equal(glb.accessor(target["POSITION"])[moving], expected)


@pytest.mark.parametrize("name", ["jawOpen", "cheekPuff", "tongueOut"])
def test_normals_move_with_the_targets(glb, reconstruction, name):
    index, mesh = ARKIT_NAMES.index(name), reconstruction.mesh
    moved = vertex_normals(mesh.vertices + reconstruction.morphs[index], mesh.triangles)
    parts = split_parts(mesh).values()
    for primitive, part in zip(glb.json["meshes"][0]["primitives"], parts, strict=True):
        base = glb.accessor(primitive["attributes"]["NORMAL"])
        delta = glb.accessor(primitive["targets"][index]["NORMAL"])
        np.testing.assert_allclose(base + delta, moved[part.vertices], atol=1.01e-2)


def test_local_targets_are_stored_sparsely(reconstruction):
    vertices = sum(len(part.vertices) for part in split_parts(reconstruction.mesh).values())
    assert len(glb_bytes(reconstruction)) < 0.5 * 52 * vertices * 24


def test_pictures_carry_pixels_only(glb, reconstruction):
    images = [reconstruction.texture.image, *reconstruction.part_images.values()]
    for index, expected in enumerate(images):
        content = glb.image(index)
        assert not any(mark in content for mark in (b"Exif", b"eXIf", b"tEXt", b"tIME", b"http"))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), expected)


def test_extras_say_what_was_fitted(glb, reconstruction):
    extras = glb.json["nodes"][0]["extras"]
    assert extras["scale"] == {"source": "model_average", "relative_error": 0.04}
    assert list(extras["expression"]) == list(ARKIT_NAMES)
    np.testing.assert_array_equal(list(extras["expression"].values()), reconstruction.fit.views[0].expression)


def test_trimesh_and_pyvista_read_it_back(reconstruction, tmp_path):
    write_glb(reconstruction, tmp_path / "head.glb")
    parts = list(split_parts(reconstruction.mesh).values())
    scene = trimesh.load_scene(tmp_path / "head.glb")
    assert [len(g.vertices) for g in scene.geometry.values()] == [len(p.vertices) for p in parts]
    assert [len(g.faces) for g in scene.geometry.values()] == [len(p.triangles) for p in parts]
    vertices = reconstruction.mesh.vertices / 1000
    np.testing.assert_allclose(scene.bounds, [vertices.min(axis=0), vertices.max(axis=0)], atol=1e-6)
    blocks = pyvista.read(tmp_path / "head.glb")[0][0]
    assert [b.n_points for b in blocks] == [len(p.vertices) for p in parts]
    assert [b.n_cells for b in blocks] == [len(p.triangles) for p in parts]
    smile = ARKIT_NAMES.index("mouthSmileLeft")
    for block, part in zip(blocks, parts, strict=True):
        expected = reconstruction.morphs[smile][part.vertices] / 1000
        np.testing.assert_allclose(block.point_data[f"target{smile}_position"], expected, atol=2e-6)


def test_a_rigid_head_has_no_targets(reconstruction, validator, tmp_path):
    write_glb(replace(reconstruction, morphs=reconstruction.morphs[:0]), tmp_path / "rigid.glb")
    validate(validator, tmp_path / "rigid.glb")
    shape = Glb((tmp_path / "rigid.glb").read_bytes()).json["meshes"][0]
    assert "weights" not in shape and "targets" not in shape["primitives"][0]


def test_wrong_morphs_are_refused(reconstruction):
    with pytest.raises(ValueError, match="morphs"):
        glb_bytes(replace(reconstruction, morphs=reconstruction.morphs[:3]))
