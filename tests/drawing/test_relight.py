"""Plates of a head, and light put on them."""

import re
from importlib.resources import files

import numpy as np
import pytest
from shapes import sphere

from facerecon.core.types import Camera, Mesh, Texture
from facerecon.drawing.environments import ENVIRONMENTS, FRONT
from facerecon.drawing.relight import plates, relit, seen_light
from facerecon.geometry.harmonics import basis, everywhere, irradiance, lamp
from facerecon.geometry.transforms import camera_from_head_rotation, rigid

GREY = 120


def drawn(yaw=0.0, albedo=True):
    vertices, triangles = sphere(3, 40.0)
    mesh = Mesh(vertices, triangles, np.full((1, 2), 0.5), np.zeros_like(triangles))
    image = np.full((8, 8, 3), GREY, np.uint8)
    texture = Texture(image, np.zeros((8, 8), np.uint8), image if albedo else None)
    pose = rigid(camera_from_head_rotation(yaw, 0, 0), np.array([0, 0, 400.0]))
    return plates(mesh, texture, {}, Camera(120, 120, 500.0, np.array([59.5, 59.5])), pose), pose


def test_even_light_gives_the_albedo_back():
    picture, _ = drawn()
    again = relit(picture, everywhere(np.ones(3)))
    inside = picture.albedo[..., 3] == 255
    np.testing.assert_allclose(again[inside].astype(int), picture.albedo[inside], atol=1)
    assert (again[0, 0, 3], again[60, 60, 3]) == (0, 255)


def test_a_lamp_on_the_right_lights_the_right():
    picture, _ = drawn()
    lit = relit(picture, lamp([1, 0, 0.3], np.full(3, 0.9)))[..., 0].astype(int)
    assert lit[60, 88] > 2 * lit[60, 32] and lit[60, 88] > GREY * 0.7
    np.testing.assert_allclose(lit[40, 60], lit[79, 60], atol=6)


def test_light_of_the_head_turns_with_it():
    """A lamp at the own left of the head is at the right of a viewer whom it looks at, and turns along."""
    light = lamp([1, 0, 0], np.ones(3))
    for yaw in (0.0, 0.6, -0.6):
        _, pose = drawn(yaw)
        left = pose[:3, :3] @ [1, 0, 0] * [1, -1, -1]
        values = irradiance(np.array([left, -left]), seen_light(light, pose))[:, 0]
        assert values[0] == pytest.approx(1) and values[1] < 0.1


def test_environments_are_plausible_light():
    around, _ = sphere(2)
    for light in ENVIRONMENTS.values():
        arriving = irradiance(around / np.linalg.norm(around, axis=1, keepdims=True), light)
        assert arriving.min() > -0.05 and arriving.max() < 2.5
        assert irradiance(FRONT, light).mean() == pytest.approx(1)


def test_a_texture_without_albedo_is_refused():
    with pytest.raises(ValueError, match="light"):
        drawn(albedo=False)


def test_the_browser_counts_harmonics_as_we_do():
    """The shader's formula, read from its source and evaluated here."""
    source = files("facerecon.app.texture").joinpath("relight.js").read_text("utf-8")
    body = re.search(r"return max\((.*?), 0\.0\);", source, re.S).group(1)
    direction = np.array([0.48, -0.6, 0.64])

    class Vector:
        x, y, z = direction

    for k in range(9):
        light = np.eye(9)[k]
        shader = eval(body.replace("\n", " "), {"n": Vector, "light": light})
        assert shader == pytest.approx(basis(direction[None])[0, k], abs=1e-5)
