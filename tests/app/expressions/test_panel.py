"""Presets, groups and films: what the browser is told, and what is taken from it."""

import numpy as np
import pytest

from facerecon.app.expressions.panel import MOST_KEYS, track_from
from facerecon.app.expressions.presets import DEMO, REGIONS, members, preset, presets
from facerecon.core.arkit import ARKIT_NAMES


def test_every_expression_has_one_slider():
    found = [name for region in REGIONS for name in members(region)]
    assert sorted(found) == sorted(ARKIT_NAMES) and len(set(found)) == 52


def test_presets_are_weights_of_expressions_that_exist():
    for family in presets().values():
        for weights in family.values():
            assert set(weights) <= set(ARKIT_NAMES)
            assert all(0 < weight <= 1 for weight in weights.values())
    keys = [key for family in presets().values() for key in family]
    assert len(keys) == len(set(keys)) and preset("neutral") == {}
    assert preset("smile")["mouthSmileLeft"] == preset("smile")["mouthSmileRight"] > 0
    assert "eyeBlinkRight" not in preset("wink")


def test_the_opening_film_rises_in_time_and_shows_presets():
    assert (np.diff([second for second, _ in DEMO]) > 0).all()
    assert all(preset(key) is not None for _, key in DEMO)


def test_a_film_from_the_browser_is_read():
    track = track_from({"turn": 3, "times": [0, 0.7], "weights": [[0] * 52, [0.25] * 52]})
    np.testing.assert_allclose(track.at([0.35])[0], 0.125)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"times": [], "weights": []},
        {"times": [0], "weights": [[0] * 52]},
        {"times": [0, 1], "weights": [[0] * 51] * 2},
        {"times": [1, 0], "weights": [[0] * 52] * 2},
        {"times": [0, "x"], "weights": [[0] * 52] * 2},
        {"times": [0, 1], "weights": [[None] * 52] * 2},
        {"times": [0, 1], "weights": {"a": 1}},
        {"times": list(range(MOST_KEYS + 1)), "weights": [[0] * 52] * (MOST_KEYS + 1)},
    ],
)
def test_what_is_no_film_is_left_alone(answer):
    assert track_from(answer) is None
