"""Smooth fields on the head: extend, matching_gain, scalp and ears."""

import numpy as np
import pytest
from synthetic_head import egg

from facerecon.texture.extend import extend
from facerecon.texture.harmonise import matching_gain
from facerecon.texture.layout import lay_out
from facerecon.texture.ramp import ramp
from facerecon.texture.scalp import ears, scalp

MESH = egg(30, 60)
LAYOUT = lay_out(MESH, 64, MESH.vertices)
X, Y, Z = MESH.vertices.T


def test_ramp():
    x = np.linspace(-1, 2, 301)
    up, down = ramp(x, 0, 1), ramp(x, 1, 0)
    assert (np.diff(up) >= 0).all() and up[0] == 0 and up[-1] == 1 and ramp(np.inf, 0, 1) == 1
    np.testing.assert_allclose(up + down, 1)


def test_known_values_are_kept_and_the_prior_is_met_far_away():
    values = np.column_stack([100 + 20 * np.sin(Y / 40), np.full(len(Y), 50.0)])
    confidence = (Z > 20).astype(float)
    field = extend(LAYOUT, values, confidence, np.array([0.0, 10.0]), 25.0)
    deep = Z > 45
    np.testing.assert_allclose(field[deep], values[deep], atol=1.5)
    back = Z < -75
    assert np.abs(field[back] - [0, 10]).max() < 0.15 * 100
    assert (field[:, 1] <= 50 + 1e-9).all() and (field[:, 1] >= 10 - 1e-9).all()  # maximum principle


def test_a_constant_is_reproduced_and_unknown_numbers_do_not_matter():
    values = np.full((len(Y), 1), 7.0)
    field = extend(LAYOUT, values, (Z > 0).astype(float), np.array([7.0]), 50.0)
    np.testing.assert_allclose(field, 7)
    values[Z <= 0] = np.nan
    np.testing.assert_allclose(extend(LAYOUT, values, (Z > 0).astype(float), np.array([7.0]), 50.0), 7)


def test_a_shorter_reach_returns_to_the_prior_sooner():
    values, known = np.ones((len(Y), 1)), (Z > 60).astype(float)
    near, far = (extend(LAYOUT, values, known, np.zeros(1), reach)[:, 0] for reach in (10.0, 60.0))
    assert (near <= far + 1e-9).all() and near[Z < 0].max() < 0.05 < far[Z < 0].mean()


def test_gain_is_recovered_where_both_are_seen_and_beyond():
    rng = np.random.default_rng(0)
    colours = rng.uniform(80, 160, (len(Y), 3))
    factor = np.array([1.2, 0.8, 1.1])
    target = (colours + 8) * factor - 8
    gain = matching_gain(LAYOUT, colours, target, (np.abs(X) < 25).astype(float))
    np.testing.assert_allclose(gain, np.tile(factor, (len(Y), 1)), rtol=0.02)


def test_gain_follows_the_light():
    colours = np.full((len(Y), 3), 120.0)
    light = 1 + 0.3 * Y / 100
    target = (colours + 8) * light[:, None] - 8
    gain = matching_gain(LAYOUT, colours, target, (Z > 0).astype(float))
    np.testing.assert_allclose(gain[Z > 20, 0], light[Z > 20], atol=0.06)
    assert gain.min() > 0.65 and gain.max() < 1.35


def test_a_moved_highlight_is_not_copied():
    colours = np.full((len(Y), 3), 120.0)
    spot = np.exp(-((X - 15) ** 2 + (Y - 10) ** 2) / 8**2) * (Z > 0)
    gain = matching_gain(LAYOUT, colours, colours + 80 * spot[:, None], (Z > 0).astype(float))
    assert gain.max() < 1.25  # copied in full it would be 1.6


def test_without_overlap_nothing_is_corrected():
    colours = np.full((len(Y), 3), 120.0)
    np.testing.assert_array_equal(matching_gain(LAYOUT, colours, colours * 2, np.zeros(len(Y))), 1)


@pytest.mark.parametrize(
    ("point", "region"),
    [
        ((0, 100, -60), "scalp"),
        ((0, 0, -165), "scalp"),
        ((70, 40, -90), "scalp"),
        ((0, 45, 15), "face"),
        ((0, -20, 35), "face"),
        ((40, -40, 0), "face"),
        ((60, -100, -80), "neck"),
        ((0, -120, -130), "neck"),
        ((82, -10, -88), "ear"),
        ((65, -20, -84), "ear"),
    ],
)
def test_regions_of_a_head(point, region):
    points = np.array([point, np.multiply(point, [-1, 1, 1])], dtype=float)
    expected = float(region == "scalp"), float(region == "ear")
    for found, value in ((scalp(points), expected[0]), (ears(points), expected[1])):
        np.testing.assert_allclose(found, value, atol=0.05)
