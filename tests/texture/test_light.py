"""Light of nine known numbers falls on a known skin: both are found again."""

import numpy as np
import pytest
from synthetic_head import AXES, SKIN, egg, lay_out_egg, paint, photograph

from facerecon.geometry.harmonics import everywhere, irradiance, lamp
from facerecon.texture import bake
from facerecon.texture.light import estimate_light, under, without
from facerecon.texture.skin import lab

MESH = egg()
LAYOUT = lay_out_egg(MESH, 256)
POINTS = LAYOUT.atlas.from_vertices @ MESH.vertices
LIGHTS = {
    "left": 0.35 * everywhere(np.ones(3)) + lamp([-1, 0.4, 0.7], [0.75, 0.72, 0.68]),
    "above": 0.45 * everywhere(np.ones(3)) + lamp([0.1, 1, 0.5], [0.6, 0.62, 0.66]),
    "two": 0.3 * everywhere(np.ones(3)) + lamp([1, 0, 0.6], [0.6, 0.5, 0.4]) + lamp([-1, 0.3, 0.5], [0.3, 0.36, 0.45]),
}


def normals(points):
    out = points / AXES**2
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def skin(points):
    """Freckles, waves, and lips that are not skin."""
    colours = paint(points)
    lips = (np.hypot(points[:, 0] / 20, (points[:, 1] + 40) / 7) < 1) & (points[:, 2] > 0)
    colours[lips] = [150, 70, 75]
    return colours


def lit(light):
    return lambda points: under(skin(points), np.maximum(irradiance(normals(points), light), 0.02))


def difference(colours, truth):
    """CIE76 after one gain a channel, which no photo tells."""
    gain = np.median(truth / np.maximum(colours, 1), axis=0)
    return np.linalg.norm(lab(np.clip(colours * gain, 0, 255)) - lab(truth), axis=1)


@pytest.mark.parametrize("name", LIGHTS)
def test_light_and_albedo_are_recovered(name):
    photo, view = photograph(MESH, 0.15, painted=lit(LIGHTS[name]))
    texture = bake([photo], MESH, [view], [MESH.vertices], 256, layout=LAYOUT)
    seen = texture.provenance.ravel()[LAYOUT.atlas.texels] == 0
    albedo, photo_colours = (a.reshape(-1, 3)[LAYOUT.atlas.texels][seen] for a in (texture.albedo, texture.image))
    truth = skin(POINTS[seen])
    with_light, without_light = difference(photo_colours, truth), difference(albedo, truth)
    assert without_light.mean() < 0.5 * with_light.mean() and without_light.mean() < 5
    # What arrives, up to one gain, in all directions that the photo shows.
    wanted = irradiance(normals(POINTS[seen]), LIGHTS[name])
    found = irradiance(normals(POINTS[seen]), texture.lights[0])
    gain = np.median(wanted / found, axis=0)
    bright = wanted.min(axis=1) > 0.25
    assert np.abs(found * gain / wanted - 1)[bright].mean() < 0.12


def test_the_photos_light_comes_back_on_the_albedo():
    """Where the photo saw the skin, albedo times light is the photo."""
    light = LIGHTS["left"]
    photo, view = photograph(MESH, 0.0, painted=lit(light))
    texture = bake([photo], MESH, [view], [MESH.vertices], 256, layout=LAYOUT)
    seen = texture.provenance.ravel()[LAYOUT.atlas.texels] == 0
    image = texture.image.reshape(-1, 3)[LAYOUT.atlas.texels][seen].astype(float)
    assert np.abs(image - lit(light)(POINTS[seen])).mean() < 1.5


def test_even_light_leaves_the_skin_alone():
    around = np.random.default_rng(0).normal(size=(4000, 3))
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    light = estimate_light(np.tile(SKIN, (4000, 1)), around, (around[:, 2] > 0.2).astype(float))
    np.testing.assert_allclose(light.shading(around), 1, atol=0.02)
    np.testing.assert_allclose(
        without(np.tile(SKIN, (4000, 1)), light.shading(around)), np.tile(SKIN, (4000, 1)), atol=2
    )


def test_a_beard_does_not_bend_the_light():
    """A quarter of the face is much darker for reasons of its own."""
    front = MESH.vertices[:, 2] > 20
    bearded = front & (MESH.vertices[:, 1] < -45)
    colours = under(np.tile(SKIN, (len(MESH.vertices), 1)), irradiance(normals(MESH.vertices), LIGHTS["left"]))
    plain = estimate_light(colours, normals(MESH.vertices), front.astype(float))
    colours[bearded] *= 0.35
    found = estimate_light(colours, normals(MESH.vertices), front.astype(float))
    other, shading = (one.shading(normals(MESH.vertices))[front & ~bearded] for one in (plain, found))
    ratio = shading / other
    assert np.abs(ratio / np.median(ratio, axis=0) - 1).mean() < 0.06
    assert found.used[bearded].mean() < 0.3 < found.used[front & ~bearded].mean()


def test_without_skin_there_is_no_light_and_no_albedo():
    photo, view = photograph(MESH, np.pi)
    texture = bake([photo], MESH, [view], [MESH.vertices], 256, layout=LAYOUT, face_region=MESH.vertices[:, 2] > 30)
    assert texture.albedo is None and np.isnan(texture.lights).all() and texture.lights.shape == (1, 9, 3)
    assert bake([], MESH, [], [], 256, layout=LAYOUT).lights.shape == (0, 9, 3)
    with pytest.raises(ValueError, match="no skin"):
        estimate_light(np.zeros((3, 3)), np.eye(3), np.zeros(3))


def test_the_albedo_can_be_the_texture():
    photo, view = photograph(MESH, 0.0, painted=lit(LIGHTS["left"]))
    given = ([photo], MESH, [view], [MESH.vertices], 256)
    bare, plain = bake(*given, layout=LAYOUT, bare=True), bake(*given, layout=LAYOUT)
    np.testing.assert_array_equal(bare.image, plain.albedo)
    assert np.abs(bare.image.astype(int) - plain.image).mean() > 5
