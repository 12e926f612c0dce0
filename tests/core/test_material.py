"""The skin's surface: its limits, and the optics that link its numbers to other programs'."""

import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.core.material import PLASTIC, Material


@pytest.mark.parametrize("wrong", [-0.1, 1.5, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["roughness", "specular", "clearcoat", "tint"])
def test_numbers_lie_between_0_and_1(name, wrong):
    with pytest.raises(SettingsError, match=name):
        Material(**{name: wrong})


def test_skin_refracts_as_skin_does():
    assert Material().refraction == pytest.approx(1.4, abs=0.01)
    assert Material(specular=1).refraction == pytest.approx(1.5)
    assert Material(specular=0).refraction == 1


def test_refraction_mirrors_what_specular_says():
    for specular in np.linspace(0, 1, 7):
        n = Material(specular=specular).refraction
        assert ((n - 1) / (n + 1)) ** 2 == pytest.approx(PLASTIC * specular)


def test_tint_goes_from_the_photo_to_blood():
    assert Material().colour == (1, 1, 1)
    assert Material(tint=1).colour == pytest.approx((1, 0.5, 0.3))
    red, green, blue = Material(tint=0.3).colour
    assert 1 == red > green > blue > 0.7
