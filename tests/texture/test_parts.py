import numpy as np
import pytest

from facerecon.texture.parts import BROWN, SCLERA, eye_image, iris_colour, part_images, sclera_colour, teeth_image

COLOURS = [(96, 128, 150), (92, 62, 42), (90, 105, 60), (60, 38, 24)]
CENTRE = (0.5, 0.5)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("radius_px", [6, 20, 60])
def test_a_painted_iris_is_read_back(colour, radius_px):
    size = radius_px * 8
    image = eye_image(size, CENTRE, radius_px / size, np.array(colour))
    centre = np.array([size / 2 - 0.5, size / 2 - 0.5])
    found = iris_colour(image, centre, radius_px)
    np.testing.assert_allclose(found, colour, atol=30)
    hue = found / found.sum()
    np.testing.assert_allclose(hue, np.array(colour) / sum(colour), atol=0.05)
    np.testing.assert_allclose(sclera_colour(image, centre, radius_px), SCLERA, atol=25)


def test_parts_of_the_eye_are_where_they_should_be():
    image = eye_image(400, (0.4, 0.6), 0.1, np.array(COLOURS[0])).astype(int)
    assert image[240, 160].max() < 40  # pupil
    iris, sclera, limbus = image[240, 160 + 26], image[240, 160 + 60], image[240, 160 + 38]
    assert iris[2] > iris[0] + 20 and sclera.min() > 190 and limbus.sum() < iris.sum()
    ring = np.hypot(*(np.mgrid[:400, :400] - np.array([240, 160])[:, None, None]))
    assert np.ptp(image[np.abs(ring - 50) < 1].mean(axis=1)) < 12  # round
    steps = np.abs(np.diff(image.sum(axis=2), axis=1)).max()
    assert steps < 3 * 120  # edges are soft


def test_unreadable_eyes_are_brown():
    rng = np.random.default_rng(0)
    skin = np.clip(rng.normal(0, 4, (60, 60, 3)) + [150, 110, 95], 0, 255).astype(np.uint8)
    middle = np.array([30.0, 30])
    eye = eye_image(60, CENTRE, 0.2, np.array(COLOURS[0]))
    for image, centre, radius in (
        (skin, middle, 10),  # closed
        (np.zeros_like(skin), middle, 10),  # too dark
        (np.full_like(skin, 250), middle, 10),  # glare
        (eye, middle, 1.5),  # too small
        (eye, np.array([-100.0, 30]), 10),  # outside the photo
    ):
        np.testing.assert_array_equal(iris_colour(image, centre, radius), BROWN)
    np.testing.assert_array_equal(sclera_colour(eye, np.array([500.0, 500]), 10), SCLERA)


def test_the_white_follows_the_photos_light_within_reason():
    eye = eye_image(160, CENTRE, 20 / 160, np.array(COLOURS[1]))
    middle = np.array([79.5, 79.5])
    dim = sclera_colour((eye * 0.75).astype(np.uint8), middle, 20)
    assert dim.mean() < sclera_colour(eye, middle, 20).mean()
    assert sclera_colour((eye * 0.2).astype(np.uint8), middle, 20).mean() >= 145


def test_all_parts():
    irises = np.array(COLOURS[0]), np.array(COLOURS[2])
    images = part_images(irises, CENTRE, 0.1, size=128)
    assert set(images) == {"eye_left", "eye_right", "teeth", "tongue"}
    assert all(image.dtype == np.uint8 and image.ndim == 3 for image in images.values())
    left, right = (images[name].astype(float) for name in ("eye_left", "eye_right"))
    assert left.mean(axis=(0, 1))[2] > right.mean(axis=(0, 1))[2]
    dim = part_images(irises, CENTRE, 0.1, np.array(SCLERA) * 0.7, size=64)
    assert dim["teeth"].mean() < images["teeth"].mean() and dim["tongue"].mean() < images["tongue"].mean()


def test_an_eye_that_was_not_read_takes_the_others_colour():
    grey = np.array(COLOURS[0])
    images = part_images((np.array(BROWN), grey), CENTRE, 0.1, size=64)
    np.testing.assert_array_equal(images["eye_left"], images["eye_right"])
    np.testing.assert_array_equal(images["eye_right"], eye_image(64, CENTRE, 0.1, grey))


def test_a_grey_photo_gets_grey_parts():
    grey = np.full(3, 90)
    for name, image in part_images((grey, grey), CENTRE, 0.1, np.full(3, 210), size=64).items():
        spread = np.ptp(image.astype(int), axis=2)
        assert name.startswith("eye") or spread.max() == 0


def test_teeth_have_crowns_between_gums_and_are_symmetric():
    image = teeth_image(size=128).astype(float)
    np.testing.assert_array_equal(image, image[:, ::-1])
    crown, gum = image[64, 58], image[4, 58]
    assert crown.mean() > gum.mean() + 40
    assert gum[0] > gum[1] + 40  # gums are red
    assert image[64, 63].mean() < image[64, 50].mean()  # a gap between the incisors
