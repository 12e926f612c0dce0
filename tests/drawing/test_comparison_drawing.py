"""Pictures of two faces: what is where, and in which colour."""

import numpy as np
import pytest

from facerecon.drawing.comparison import (
    BARE,
    FIRST,
    SECOND,
    colour_bar,
    difference_bars,
    difference_colours,
    distance_scale,
    draw_both,
)
from facerecon.drawing.maps import value_colours
from facerecon.drawing.theme import QUIET, rgb

NAMES = {"x_title": "distance", "here": "this", "limit": "bar"}


@pytest.mark.parametrize(("distance", "dark"), [(0.1, False), (0.5, True), (1.4, True)])
def test_a_pair_lies_on_the_scale_of_known_pairs(rng, distance, dark):
    rows = {"one": (rng.uniform(0, 0.3, 200), FIRST), "two": (rng.uniform(0.4, 0.8, 20), SECOND), "none": ([], QUIET)}
    rows["none"] = (np.zeros(0), QUIET)
    figure = distance_scale(rows, distance, 0.41, dark=dark, **NAMES)
    assert [trace.name for trace in figure.data] == list(rows)
    for place, (trace, (values, tone)) in enumerate(zip(figure.data, rows.values(), strict=True)):
        np.testing.assert_array_equal(trace.x, values)
        assert np.all(np.abs(np.array(trace.y) + place) < 0.3)  # rows keep apart
        assert trace.marker.color == tone.on(dark)
    assert [line.x0 for line in figure.layout.shapes] == [0.41, distance]
    low, high = figure.layout.xaxis.range
    assert low == 0 and high > max(distance, 0.8)
    assert {text.text for text in figure.layout.annotations} == {"this", "bar"}


def test_bars_within_their_limit_are_quiet():
    values, limits = {"a": 1.0, "b": 3.0, "c": 2.0}, {"a": 2.0, "b": 2.0, "c": None}
    bars, marks = difference_bars(values, limits=limits, x_title="mm").data
    assert dict(zip(bars.y, bars.x, strict=True)) == values
    colours = dict(zip(bars.y, bars.marker.color, strict=True))
    assert colours == {"a": QUIET.light, "b": SECOND.light, "c": SECOND.light}
    assert dict(zip(marks.y, marks.x, strict=True)) == {"a": 2.0, "b": 2.0}
    assert len(difference_bars(values, x_title="mm").data) == 1


def test_both_faces_are_drawn_in_their_colours():
    image = np.full((200, 200, 3), 200, np.uint8)
    first = np.array([[40.0, 40], [160, 40], [100, 160]])
    second = first + [0, 12]
    drawn = draw_both(image, first, second, np.array([[0, 1], [1, 2]]))
    for points, tone in ((first, FIRST), (second, SECOND)):
        for x, y in points.astype(int):
            assert np.abs(drawn[y, x].astype(int) - rgb(tone.dark)).max() < 12
    np.testing.assert_array_equal(drawn[5, 5], [100, 100, 100])  # dim, and grey
    assert image.max() == image.min() == 200


def test_colours_say_what_is_measured():
    values, measured = np.array([0.0, 4.0, -4.0, 4.0]), np.array([1.0, 1.0, 1.0, 0.0])
    plain = difference_colours(values, measured, 4.0, signed=False)
    np.testing.assert_array_equal(plain[:2], value_colours(np.array([0.0, 1.0]), (0, 1)))
    signed = difference_colours(values, measured, 4.0, signed=True)
    np.testing.assert_array_equal(signed[:3], value_colours(np.array([0.5, 1.0, 0.0]), (0, 1), True))
    np.testing.assert_array_equal(plain[3], BARE)
    np.testing.assert_array_equal(signed[3], BARE)


def test_the_legend_has_the_same_colours():
    bar = colour_bar("mm", ["0", "4"], signed=True)
    ends = value_colours(np.array([0.0, 1.0]), (0, 1), True)
    assert all("rgb({} {} {})".format(*colour) in bar for colour in ends)
    assert "<span>0</span><span>4</span>" in bar and "<b>mm</b>" in bar
