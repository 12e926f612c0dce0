"""The skin's surface as a browser tells it."""

import pytest

from facerecon.app.head_viewer.component import material_from
from facerecon.core.material import Material

TOLD = {"roughness": 0.3, "specular": 0.5, "clearcoat": 0, "tint": 1}


def test_a_surface_is_read():
    assert material_from(TOLD) == Material(0.3, 0.5, 0, 1)


@pytest.mark.parametrize(
    "wrong", [None, {}, TOLD | {"roughness": 7}, TOLD | {"tint": "red"}, TOLD | {"gloss": 1}, TOLD | {"tint": None}]
)
def test_what_is_no_surface_is_left_alone(wrong):
    assert not material_from(wrong)
