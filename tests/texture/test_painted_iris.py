"""An iris of known structure, under a lid, with glare: what is seen comes back, the rest is its rings' colour."""

import numpy as np
import pytest

from facerecon.texture.iris import ANGLES, RADII, iris_disc, read_disc, ring_colour
from facerecon.texture.parts import eye_image, part_images

MIDDLE, RADIUS = np.array([60.0, 55.0]), 24.0
BLUE, SPOT, SKIN = np.array([92.0, 120, 150]), np.array([112.0, 112, 120]), np.array([190.0, 150, 130])


def eye(lid=True, glare=True):
    """A blue eye with a greyer sector at its lower right."""
    x, y = np.meshgrid(np.arange(120) - MIDDLE[0], np.arange(110) - MIDDLE[1])
    away, angle = np.hypot(x, y) / RADIUS, np.arctan2(y, x)
    image = np.tile(np.array([228.0, 220, 214]), (110, 120, 1))
    image[away < 1] = BLUE
    image[(away < 1) & (np.abs(angle - 0.8) < 0.3)] = SPOT
    image[away < 0.34] = 12
    if glare:
        image[np.hypot(x - 10, y + 4) < 4] = 250
    if lid:
        image[y < -0.45 * RADIUS] = SKIN
    return image.astype(np.uint8)


def test_structure_is_kept_and_lid_and_glare_are_gone():
    disc = iris_disc(eye(), MIDDLE, RADIUS)
    assert disc.shape == (RADII, ANGLES, 3)
    ring = disc[int(0.6 * RADII) : int(0.9 * RADII)]
    angle = 2 * np.pi * np.arange(ANGLES) / ANGLES
    sector = np.abs(angle - 0.8) < 0.15
    elsewhere = np.abs(angle - 0.8) > 0.6
    np.testing.assert_allclose(ring[:, sector].mean(axis=(0, 1)), SPOT, atol=8)
    assert np.abs(ring[:, elsewhere] - BLUE).max() < 20  # lid and glare are a hundred steps away
    np.testing.assert_allclose(ring_colour(disc), BLUE, atol=4)
    assert disc[:4].max() < 40


def test_small_and_distant_eyes_have_none():
    assert iris_disc(eye(), MIDDLE, 5.0) is None
    assert iris_disc(eye(), np.array([-300.0, 40]), RADIUS) is None


def test_the_disc_is_read_where_it_was_written():
    disc = iris_disc(eye(lid=False, glare=False), MIDDLE, RADIUS)
    k, j = 18, 30
    found = read_disc(disc, np.array([(k + 0.5) / RADII]), np.array([2 * np.pi * j / ANGLES]))
    np.testing.assert_allclose(found[0], disc[k, j], atol=0.5)


def test_the_eye_wears_the_photos_ring():
    disc = iris_disc(eye(), MIDDLE, RADIUS)
    image = eye_image(256, (0.5, 0.5), 0.2, BLUE, disc=disc).astype(float)
    at = 127.5 + 0.2 * 256 * 0.64 * np.array([np.cos(0.8), np.sin(0.8)])
    other = 127.5 + 0.2 * 256 * 0.64 * np.array([np.cos(2.4), np.sin(2.4)])
    here, there = (image[round(y), round(x)] for x, y in (at, other))
    np.testing.assert_allclose(here - there, SPOT - BLUE, atol=14)
    assert image[127, 127].max() < 40


@pytest.mark.parametrize("side", [0, 1])
def test_one_eye_lends_the_other_its_iris(side):
    disc = iris_disc(eye(), MIDDLE, RADIUS)
    discs = (disc, None) if side == 0 else (None, disc)
    images = part_images((BLUE, BLUE), (0.5, 0.5), 0.2, size=64, discs=discs)
    np.testing.assert_array_equal(images["eye_left"], images["eye_right"])
