"""The benchmark of carried expressions: it says of known readings what they are."""

import numpy as np
import pytest

from benchmarks.expressions import GROUPS, SCENES, line
from facerecon.core.arkit import ARKIT_NAMES


@pytest.fixture
def truth():
    sides = ("", "Left", "Right")
    weights = [{name + side: w for name, w in scene.items() for side in sides} for scene in SCENES]
    return np.array([[scene.get(name, 0.0) for name in ARKIT_NAMES] for scene in weights])


def numbers(true, found, group):
    return [float(value) for value in line(true, found, GROUPS[group]).split(" / ")]


@pytest.mark.parametrize("group", GROUPS)
def test_a_perfect_reading_and_a_timid_one(truth, group):
    assert numbers(truth, truth, group) == pytest.approx([1, 1, 0, 0])
    gain, alike, rest, error = numbers(truth, 0.2 + 0.5 * truth, group)
    assert (gain, alike, rest) == pytest.approx((0.5, 1, 0.2), abs=0.006)
    assert error > 0.1


def test_every_scene_is_of_expressions_that_exist():
    names = {name.removesuffix("Left").removesuffix("Right") for name in ARKIT_NAMES}
    assert all(set(scene) <= names for scene in SCENES) and SCENES[0] == SCENES[1] == {}
