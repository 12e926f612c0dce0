"""A head at rest, with a skeleton, in small numbers, with a normal map: each and all together."""

import io
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from glb_reader import Glb
from PIL import Image
from test_glb import validate

from facerecon.core.types import Mesh
from facerecon.export import glb_bytes, write_glb
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.seams import split_parts
from facerecon.geometry.transforms import rotation_from_vector

TURN = rotation_from_vector(np.array([0.3, 0.5, 0]))
OPTIONS = ("skeleton", "neutral_base", "quantised")


def primitives(content: bytes):
    glb = Glb(content)
    return glb, glb.json["meshes"][0]["primitives"]


def test_khronos_finds_nothing_in_each_and_all_together(reconstruction, validator, tmp_path):
    normal_map = np.full((64, 64, 3), (128, 128, 255), np.uint8)
    for chosen in ((True, False, False), (False, True, False), (False, False, True), (True, True, True)):
        path = tmp_path / f"{chosen}.glb"
        write_glb(replace(reconstruction, normal_map=normal_map), path, **dict(zip(OPTIONS, chosen, strict=True)))
        validate(validator, path)


def test_the_face_rests_and_the_weights_bring_the_photo_back(reconstruction):
    glb, parts = primitives(glb_bytes(reconstruction, neutral_base=True))
    weights = np.array(glb.json["meshes"][0]["weights"])
    np.testing.assert_array_equal(weights, reconstruction.fit.views[0].expression)
    rest = reconstruction.mesh.vertices - np.tensordot(weights, reconstruction.morphs, axes=1)
    for primitive, part in zip(parts, split_parts(reconstruction.mesh).values(), strict=True):
        base = glb.accessor(primitive["attributes"]["POSITION"]) * 1000
        np.testing.assert_allclose(base, rest[part.vertices], atol=1e-4)
        deltas = [glb.accessor(target["POSITION"]) for target in primitive["targets"]]
        shown = base + 1000 * np.tensordot(weights, deltas, axes=1)
        # 52 targets, each of which may leave out a micrometre.
        np.testing.assert_allclose(shown, reconstruction.mesh.vertices[part.vertices], atol=0.03)
        normals = glb.accessor(primitive["attributes"]["NORMAL"])
        np.testing.assert_allclose(
            normals, vertex_normals(rest, reconstruction.mesh.triangles)[part.vertices], atol=1e-5
        )


def test_the_rest_is_the_neutral_head(astronaut_head, parts):
    finer = parts.refinement(parts.settings.subdivisions)
    neutral = finer.matrix @ parts.head.shape(astronaut_head.fit.identity)
    glb, found = primitives(glb_bytes(astronaut_head, neutral_base=True))
    for primitive, part in zip(found, split_parts(astronaut_head.mesh).values(), strict=True):
        base = glb.accessor(primitive["attributes"]["POSITION"]) * 1000
        np.testing.assert_allclose(base, neutral[part.vertices], atol=1e-3)


def test_a_head_without_expressions_is_at_rest(reconstruction):
    rigid = replace(reconstruction, morphs=reconstruction.morphs[:0])
    assert glb_bytes(rigid, neutral_base=True) == glb_bytes(rigid)


def test_small_numbers_keep_shape_and_expressions(reconstruction):
    (plain, wide), (small, narrow) = (primitives(glb_bytes(reconstruction, quantised=q)) for q in (False, True))
    assert small.json["extensionsRequired"] == ["KHR_mesh_quantization"]
    assert "extensionsRequired" not in plain.json
    for one, other in zip(wide, narrow, strict=True):
        for name in ("POSITION", "NORMAL", "TEXCOORD_0"):
            values = plain.accessor(one["attributes"][name]), small.accessor(other["attributes"][name])
            np.testing.assert_array_equal(*values)
        for target, little in zip(one["targets"], other["targets"], strict=True):
            far = plain.accessor(target["POSITION"]) - small.accessor(little["POSITION"])
            assert np.abs(far).max() < 16e-6  # m
            turned = np.clip(plain.accessor(target["NORMAL"]), -1, 1) - small.accessor(little["NORMAL"])
            assert np.abs(turned).max() < 0.5 / 127 + 1e-6


def test_small_numbers_make_a_small_file(astronaut_head):
    assert len(glb_bytes(astronaut_head, quantised=True)) < 0.6 * len(glb_bytes(astronaut_head))


def posed(glb, primitive, turns):
    """Skins a primitive by the specification, its joints turned: `(N, 3)` m."""
    skin, nodes = glb.json["skins"][0], glb.json["nodes"]
    inverse = glb.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
    world = {}

    def place(index, above):
        local = np.eye(4)
        local[:3, :3] = turns.get(nodes[index]["name"], np.eye(3))
        local[:3, 3] = nodes[index].get("translation", (0, 0, 0))
        world[index] = above @ local
        for child in nodes[index].get("children", []):
            place(child, world[index])

    for index in glb.json["scenes"][0]["nodes"]:
        place(index, np.eye(4))
    moves = np.stack([world[node] @ inverse[k] for k, node in enumerate(skin["joints"])])
    attributes = primitive["attributes"]
    joints, weights = glb.accessor(attributes["JOINTS_0"]), glb.accessor(attributes["WEIGHTS_0"])
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    points = np.column_stack([glb.accessor(attributes["POSITION"]), np.ones(len(joints))])
    return np.einsum("nj,njab,nb->na", weights, moves[joints], points)[:, :3]


@pytest.mark.parametrize("quantised", [False, True])
def test_eyes_turn_about_their_centres_and_nothing_else_moves(reconstruction, quantised):
    glb, parts = primitives(glb_bytes(reconstruction, skeleton=True, quantised=quantised))
    for primitive in parts:
        rest = glb.accessor(primitive["attributes"]["POSITION"])
        np.testing.assert_allclose(posed(glb, primitive, {}), rest, atol=1e-7)
    turned = [posed(glb, primitive, {"LeftEye": TURN}) for primitive in parts]
    for name, primitive, points in zip(reconstruction.mesh.part_names, parts, turned, strict=True):
        rest = glb.accessor(primitive["attributes"]["POSITION"])
        if name != "eye_left":
            np.testing.assert_allclose(points, rest, atol=1e-7)
        else:
            centre = np.array([0.032, 0, 0.085])  # where the fixture put it
            np.testing.assert_allclose(points, centre + (rest - centre) @ TURN.T, atol=1e-6)
            assert np.abs(points - rest).max() > 5e-3
    whole = [posed(glb, primitive, {"Head": TURN}) for primitive in parts]
    assert all(
        np.abs(points - glb.accessor(p["attributes"]["POSITION"])).max() > 1e-3
        for points, p in zip(whole, parts, strict=True)
    )


def test_the_joints_of_a_real_head_are_in_it(astronaut_head):
    glb = Glb(glb_bytes(astronaut_head, skeleton=True))
    nodes = {node["name"]: node for node in glb.json["nodes"]}
    head = np.array(nodes["Head"]["translation"])
    skin = trimesh.Trimesh(astronaut_head.neutral.vertices / 1000, astronaut_head.neutral.triangles)
    assert (np.abs(head) < np.abs(skin.bounds).max(axis=0)).all()
    for name, part in (("LeftEye", 1), ("RightEye", 2)):
        rows = np.unique(astronaut_head.mesh.triangles[astronaut_head.mesh.parts == part])
        away = np.linalg.norm(astronaut_head.mesh.vertices[rows] / 1000 - head - nodes[name]["translation"], axis=1)
        # An eyeball: the same distance in every direction, within its cornea and its flatter front.
        assert 0.011 < np.median(away) < 0.018 and np.ptp(away) < 0.15 * np.median(away)


def test_a_bare_mesh_gets_the_head_alone(reconstruction, validator, tmp_path):
    write_glb(
        Mesh(reconstruction.neutral.vertices, reconstruction.neutral.triangles), tmp_path / "a.glb", skeleton=True
    )
    validate(validator, tmp_path / "a.glb")
    assert [node["name"] for node in Glb((tmp_path / "a.glb").read_bytes()).json["nodes"]] == ["head", "Head"]


def test_a_normal_map_is_the_skins(reconstruction):
    wave = 127.5 + 100 * np.sin(np.arange(64) / 9)
    normal_map = np.stack(np.broadcast_arrays(wave[:, None], wave[None] * 0.5, 200), axis=2).astype(np.uint8)
    glb = Glb(glb_bytes(replace(reconstruction, normal_map=normal_map)))
    assert ["normalTexture" in material for material in glb.json["materials"]] == [True, False, False, False, False]
    texture = glb.json["textures"][glb.json["materials"][0]["normalTexture"]["index"]]
    image = Image.open(io.BytesIO(glb.view(glb.json["images"][texture["source"]]["bufferView"])))
    np.testing.assert_allclose(np.asarray(image).astype(float), normal_map, atol=4)


def test_eyes_shine_and_skin_does_not(reconstruction):
    materials = {m["name"]: m["pbrMetallicRoughness"] for m in Glb(glb_bytes(reconstruction)).json["materials"]}
    assert materials["eye_left"]["roughnessFactor"] <= 0.15 < 0.5 <= materials["skin"]["roughnessFactor"] <= 0.75
    assert all(surface["metallicFactor"] == 0 for surface in materials.values())
