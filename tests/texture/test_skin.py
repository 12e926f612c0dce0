import numpy as np
import pytest

from facerecon.texture.skin import lab, learn_skin

LIGHT, DARK = np.array([210.0, 165, 140]), np.array([92.0, 60, 45])
HAIR, GREEN, BLUE, BLACK = [60, 42, 30], [30, 200, 60], [40, 60, 160], [15, 15, 15]


def face(rng, tone, count=400):
    shade = rng.uniform(0.75, 1.05, (count, 1))
    return np.clip(tone * shade + rng.normal(size=(count, 3)) * 4, 0, 255)


def test_lab_of_known_colours():
    found = lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0.0]]))
    np.testing.assert_allclose(found, [[100, 0, 0], [0, 0, 0], [53.2, 80.1, 67.2]], atol=0.5)
    assert lab(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("tone", [LIGHT, DARK])
def test_the_person_is_skin_and_the_rest_is_not(tone):
    rng = np.random.default_rng(0)
    skin = learn_skin(face(rng, tone), np.ones(400))
    assert skin.likelihood(face(rng, tone)).mean() > 0.95
    assert skin.likelihood(np.array([GREEN, BLUE], dtype=float)).max() < 0.01
    if tone is LIGHT:
        assert skin.likelihood(np.array([HAIR, BLACK], dtype=float)).max() < 0.05
    np.testing.assert_allclose(skin.typical, np.median(face(rng, tone), axis=0), atol=6)


def test_a_fringe_and_a_beard_do_not_spoil_it():
    rng = np.random.default_rng(1)
    clean = learn_skin(face(rng, LIGHT), np.ones(400))
    mixed = np.vstack([face(rng, LIGHT), np.tile(HAIR, (130, 1)) + rng.normal(size=(130, 3)) * 5])
    skin = learn_skin(mixed, np.ones(530))
    np.testing.assert_allclose(skin.mean, clean.mean, atol=3)
    assert skin.likelihood(np.array([HAIR], dtype=float))[0] < 0.05


def test_weights_count():
    rng = np.random.default_rng(2)
    both = np.vstack([face(rng, LIGHT), face(rng, DARK)])
    skin = learn_skin(both, np.repeat([0.0, 1.0], 400))
    np.testing.assert_allclose(skin.mean, learn_skin(both[400:], np.ones(400)).mean, atol=1e-9)


def test_one_colour_only_and_none():
    skin = learn_skin(np.tile(LIGHT, (30, 1)), np.ones(30))
    assert skin.likelihood(LIGHT[None])[0] == 1 and np.isfinite(skin.precision).all()
    with pytest.raises(ValueError, match="weight"):
        learn_skin(np.tile(LIGHT, (3, 1)), np.zeros(3))
