"""Numbers have two significant digits and a unit."""

import math

import pytest

from facerecon.app.numbers import duration, millions, size, two_digits


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0996, "0.10"), (0.0044, "0.0044"), (1.96, "2.0"), (9.96, "10"), (47.6, "48"), (1234.4, "1,234")],
)
def test_two_digits(value, text):
    assert two_digits(value) == text
    assert two_digits(-value) == (f"-{text}" if value else "0")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_a_dash(value):
    assert two_digits(value) == "–"


def test_units():
    assert duration(999) == ("999", "ms") and duration(1000) == ("1.0", "s")
    assert millions(99_600) == "0.10 M" and millions(25_000_000) == "25 M" and millions(None) == "–"
    assert size(999_000) == ("999", "kB") and size(1_000_000) == ("1.0", "MB")
