"""What is sent of a head agrees, row by row, with the GLB that it belongs to, and with the camera of the photo."""

import io
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from glb_reader import Glb
from PIL import Image
from scipy.spatial import cKDTree

from facerecon.app import cache
from facerecon.app.head_viewer import content as made
from facerecon.core.types import Photo
from facerecon.drawing.mesh_figures import curvature_colours
from facerecon.geometry.curvature import curvature
from facerecon.geometry.projection import project_head
from facerecon.pipeline import reconstruct


@pytest.fixture(scope="module")
def run(astronaut_head):
    return cache.Run("key", astronaut_head, ())


@pytest.fixture(scope="module")
def content(run, parts):
    shop = cache.Workshop(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "workshop", lambda *_, **__: shop)
        return made.build(run)


@pytest.fixture(scope="module")
def glb(content):
    return Glb(content.glb)


def positions(glb: Glb) -> list[np.ndarray]:
    return [glb.accessor(one["attributes"]["POSITION"]) for one in glb.json["meshes"][0]["primitives"]]


def test_every_vertex_of_the_file_has_the_colour_of_its_place(content, glb, astronaut_head, anny, parts):
    mesh = astronaut_head.mesh
    wanted = curvature_colours(curvature(mesh.vertices, mesh.triangles).mean)
    rest = parts.refinement(1).matrix @ anny.shape(astronaut_head.fit.identity)
    rows = np.concatenate(positions(glb))
    colours = np.frombuffer(content.layer_bytes, np.uint8).reshape(len(content.layers), len(rows), 3)
    assert content.layers[0] == "curvature"
    here = colours[0]
    _, nearest = cKDTree(rest).query(rows * 1000)
    assert (here == wanted[nearest]).all(axis=1).mean() > 0.999  # some vertices share a place


def test_pins_lie_on_the_landmarks_of_the_head(content, glb, astronaut_head, anny):
    skin = positions(glb)[0] * 1000
    rows = np.array(content.pins["rows"])
    corners, weights = rows[:, :3].astype(int), rows[:, 3:]
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=2e-4)
    found = np.einsum("lk,lkd->ld", weights, skin[corners])
    fit = astronaut_head.fit
    coarse = anny.shape(fit.identity)
    wanted = anny.landmarks("mediapipe478").on(coarse, anny.triangles)
    assert len(found) >= 468 and len(content.pins["colours"]) == len(found)
    # Subdivision smooths the surface by less than a millimetre.
    nearest = np.linalg.norm(found[:, None] - wanted[None], axis=2).min(axis=1)
    assert np.quantile(nearest, 0.95) < 1.0


def test_the_file_is_the_face_at_rest_and_its_weights_give_the_photos(content, glb, astronaut_head, anny, parts):
    primitive = glb.json["meshes"][0]["primitives"][0]
    skin = glb.accessor(primitive["attributes"]["POSITION"]).astype(float) * 1000
    rest = parts.refinement(1).matrix @ anny.shape(astronaut_head.fit.identity)
    assert cKDTree(rest).query(skin)[0].max() < 0.02
    for weight, target in zip(content.worn, primitive["targets"], strict=True):
        skin += weight * glb.accessor(target["POSITION"]) * 1000
    # Steps of 31 micrometres, 52 times half of one at the worst.
    assert cKDTree(astronaut_head.mesh.vertices).query(skin)[0].max() < 0.3


@pytest.fixture(scope="module")
def pair(parts, astronaut):
    """The same face in two photos, the second one larger, elsewhere in its picture, and darker."""
    other = (np.asarray(Image.fromarray(astronaut[:360, 60:400]).resize((510, 540), Image.LANCZOS)) * 0.8).astype(
        np.uint8
    )
    photos = [Photo(np.ascontiguousarray(image), name, None, name) for name, image in (("1", astronaut), ("2", other))]
    return cache.Run("pair", reconstruct(photos, texture_size=512, parts=parts, dense=False), ())


@pytest.mark.parametrize("number", [0, 1])
def test_each_photos_camera_sees_the_head_where_the_fit_does(pair, monkeypatch, parts, number):
    monkeypatch.setattr(cache, "workshop", lambda *_, **__: cache.Workshop(parts))
    portrait, result = made.portrait(pair, number), pair.reconstruction
    view, photo = result.fit.views[number], result.photos[number]
    head = parts.refinement(1).matrix @ parts.head.shape(result.fit.identity, view.expression)
    assert portrait.name == photo.name
    np.testing.assert_allclose(portrait.worn, view.expression, atol=1e-4)
    head = head[::7]
    wanted, _ = project_head(view.camera, view.camera_from_head, head)
    # As inspect.js projects: OpenGL's camera, metres.
    seen = (np.column_stack([head * 1e-3, np.ones(len(head))]) @ np.reshape(portrait.pose, (4, 4)).T)[:, :3]
    assert (seen[:, 2] < 0).all()
    pixels = seen[:, :2] * (1, -1) / -seen[:, 2:] * portrait.focal + portrait.centre
    # The cut is a similarity of the photo: distances keep their ratios.
    ratio = np.linalg.norm(np.diff(pixels, axis=0), axis=1) / np.linalg.norm(np.diff(wanted, axis=0), axis=1)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-6)
    inside = (pixels > 0).all(axis=1) & (pixels < portrait.size - 1).all(axis=1)
    assert inside.mean() > 0.9
    # And its picture shows there what the photo shows.
    cut = cv2.GaussianBlur(np.asarray(Image.open(io.BytesIO(portrait.jpeg))), (0, 0), 3)
    whole = cv2.GaussianBlur(photo.image, (0, 0), 3 / ratio[0])
    kept = inside & (wanted > 0).all(axis=1) & (wanted < np.array(photo.image.shape[1::-1]) - 1).all(axis=1)
    here, there = (
        cv2.remap(image, at[kept, None].astype(np.float32), None, cv2.INTER_LINEAR)
        for image, at in ((cut, pixels), (whole, wanted))
    )
    assert np.abs(here.astype(float) - there).mean() < 4
    # The outline goes around what is seen.
    numbers = np.array(re.findall(r"-?\d+", portrait.outline), float).reshape(-1, 2)
    np.testing.assert_allclose(numbers.min(axis=0), np.clip(pixels.min(axis=0), 0, None), atol=12)


def test_looks_are_those_that_have_their_data(content):
    assert {"uncertainty", "albedo"} <= set(content.looks)
    assert content.looks[0] == "textured" and {"curvature", "provenance", "checker"} <= set(content.looks)


def test_the_albedo_takes_the_textures_place(content, astronaut_head):
    picture, kind = content.pictures["albedo"]
    found = np.asarray(Image.open(io.BytesIO(picture)))
    assert kind == "image/jpeg" and found.shape == astronaut_head.texture.image.shape
    assert np.abs(found.astype(int) - astronaut_head.texture.albedo).mean() < 4
    bare = replace(astronaut_head.texture, albedo=None)
    assert set(made.pictures(bare)) == {"provenance"}
