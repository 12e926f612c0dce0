"""The film comes back out of the GLB as it went in, and moves the head as the head model says."""

import io
import json
import struct
from dataclasses import replace

import numpy as np
import pygltflib
import pytest
import trimesh
from glb_reader import Glb
from scipy.spatial import cKDTree

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.core.track import Track
from facerecon.export.animation import animated_glb, write_animated_glb


@pytest.fixture(scope="module")
def track():
    weights = np.random.default_rng(3).uniform(0, 1, (7, 52)).round(3)
    return Track(np.array([0.25, 0.5, 0.9, 1.4, 2.0, 2.1, 3.7]), weights)


@pytest.fixture(scope="module")
def content(astronaut_head, track):
    return animated_glb(astronaut_head, track, "说话")


def test_keys_come_back_in_another_reader(content, track):
    gltf = pygltflib.GLTF2.load_from_bytes(content)
    (animation,) = gltf.animations
    (channel,), (sampler,) = animation.channels, animation.samplers
    assert animation.name == "说话" and channel.target.path == "weights" and sampler.interpolation == "LINEAR"
    assert gltf.nodes[channel.target.node].mesh == 0
    assert gltf.meshes[0].extras["targetNames"] == list(ARKIT_NAMES)

    def numbers(index):
        accessor = gltf.accessors[index]
        view = gltf.bufferViews[accessor.bufferView]
        return np.frombuffer(gltf.binary_blob(), "<f4", accessor.count, view.byteOffset), accessor

    times, accessor = numbers(sampler.input)
    np.testing.assert_allclose(times, track.times - 0.25, atol=1e-6)  # a film begins at 0
    assert accessor.min == [0.0] and accessor.max == [float(times[-1])]
    np.testing.assert_allclose(numbers(sampler.output)[0].reshape(7, 52), track.weights, atol=1e-7)


def test_at_a_key_the_head_is_the_models(content, track, astronaut_head, anny, parts):
    glb = Glb(content)
    primitive = glb.json["meshes"][0]["primitives"][0]
    skin = glb.accessor(primitive["attributes"]["POSITION"]).astype(float)
    for weight, target in zip(track.weights[2], primitive["targets"], strict=True):
        skin += weight * glb.accessor(target["POSITION"])
    wanted = parts.refinement(1).matrix @ anny.shape(astronaut_head.fit.identity, track.weights[2])
    distance, _ = cKDTree(wanted).query(skin * 1000)
    assert distance.max() < 0.05  # what moves by less than a micrometre an expression is not stored


def test_others_still_open_it(content, astronaut_head):
    scene = trimesh.load(io.BytesIO(content), file_type="glb")
    assert sum(len(one.faces) for one in scene.geometry.values()) == len(astronaut_head.mesh.triangles)
    length, size = struct.unpack_from("<I", content, 8)[0], struct.unpack_from("<I", content, 12)[0]
    assert length == len(content)
    told = json.loads(content[20 : 20 + size])
    assert told["buffers"][0]["byteLength"] <= len(content) - 28 - size
    assert max(v["byteOffset"] + v["byteLength"] for v in told["bufferViews"]) == told["buffers"][0]["byteLength"]


def test_files_are_written_and_wrong_films_refused(tmp_path, astronaut_head, track, content):
    write_animated_glb(astronaut_head, track, tmp_path / "a.glb", "说话")
    assert (tmp_path / "a.glb").read_bytes() == content
    with pytest.raises(ValueError):
        animated_glb(astronaut_head, Track([0, 1], np.zeros((2, 3))))
    rigid = replace(astronaut_head, morphs=astronaut_head.morphs[:0])
    with pytest.raises(SettingsError):
        animated_glb(rigid, track)
